package emulator_test

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

const (
	clientID = "5f9a1b2c3d4e5f6071829304"
	secret   = "0123456789abcdef0123456789abcd"

	platypus = "ins_109508" // First Platypus Bank
	gingham  = "ins_109511" // Tartan Bank, another one
)

// client is an application in one world: it speaks HTTP over TCP and knows nothing of
// Tweed but its address.
type client struct {
	t     testing.TB
	base  string
	world string       // "" = none is named
	jwt   string       // of Sentinel; set by login
	http  *http.Client // nil is http.DefaultClient
}

func newClient(t testing.TB, emu *emulator.Emulator, world string) *client {
	t.Helper()
	return &client{t: t, base: emu.URL(), world: world}
}

// inWorld is a client_id or user name that leads into the client's world.
func (c *client) inWorld(name string) string {
	if c.world == "" {
		return name
	}
	return name + "@" + c.world
}

// reply is what came back. Fields are those of a body that is a JSON object, with numbers
// as they are written.
type reply struct {
	Status int
	Header http.Header
	Body   string
	Fields map[string]any
}

// at returns the value at a path of member names, nil where there is none.
func (r reply) at(path ...string) any {
	var value any = r.Fields
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// text is at for text, "" where there is none.
func (r reply) text(path ...string) string {
	text, _ := r.at(path...).(string)
	return text
}

// key is the error of Plaid's dialect: TYPE/CODE.
func (r reply) key() string { return r.text("error_type") + "/" + r.text("error_code") }

// try sends a request and returns the reply, or the error of the transport. headers are
// name, value pairs; they replace those that the client sends by itself.
func (c *client) try(method, path, body string, headers ...string) (reply, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/sentinel") || strings.HasPrefix(path, "/legit/") || strings.HasPrefix(path, "/ale/") {
		req.Header.Set("Authorization", c.jwt)
	} else {
		req.Header.Set("PLAID-CLIENT-ID", c.inWorld(clientID))
		req.Header.Set("PLAID-SECRET", secret)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := cmp.Or(c.http, http.DefaultClient).Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	out := reply{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&out.Fields) != nil {
		out.Fields = nil
	}
	return out, nil
}

// send is try for those who take no error of the transport.
func (c *client) send(method, path, body string, headers ...string) reply {
	c.t.Helper()
	got, err := c.try(method, path, body, headers...)
	require.NoError(c.t, err)
	return got
}

// fields is a request body.
type fields map[string]any

// json is the body as it is sent. A value that cannot be encoded is a bug of the test.
func (f fields) json() string {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// post sends JSON.
func (c *client) post(path string, body fields, headers ...string) reply {
	c.t.Helper()
	if body == nil {
		body = fields{}
	}
	return c.send(http.MethodPost, path, body.json(), headers...)
}

// ok is post for a call that succeeds.
func (c *client) ok(path string, body fields, headers ...string) reply {
	c.t.Helper()
	got := c.post(path, body, headers...)
	require.Equal(c.t, http.StatusOK, got.Status, "%s: %s", path, got.Body)
	return got
}

// refused is post for a call that Plaid or Tweed refuses with this error (see key).
func (c *client) refused(status int, key, path string, body fields, headers ...string) reply {
	c.t.Helper()
	got := c.post(path, body, headers...)
	require.Equal(c.t, status, got.Status, "%s: %s", path, got.Body)
	require.Equal(c.t, key, got.key(), "%s: %s", path, got.Body)
	return got
}

// get sends a GET.
func (c *client) get(path string, headers ...string) reply {
	c.t.Helper()
	return c.send(http.MethodGet, path, "", headers...)
}

// control calls the control API.
func (c *client) control(method, path, body string, headers ...string) reply {
	c.t.Helper()
	if c.world != "" {
		headers = append([]string{"Tweed-World", c.world}, headers...)
	}
	return c.send(method, "/_tweed/"+path, body, headers...)
}

// item is an Item as an application knows it.
type item struct {
	public, access, id string
	accounts           []string // account_ids
}

// publicToken logs in as user_good.
func (c *client) publicToken() string {
	c.t.Helper()
	return c.ok("/sandbox/public_token/create", fields{
		"institution_id": platypus, "initial_products": []string{"auth", "identity"},
	}).text("public_token")
}

// link makes an Item: login, exchange, accounts.
func (c *client) link() item {
	c.t.Helper()
	made := item{public: c.publicToken()}
	exchanged := c.ok("/item/public_token/exchange", fields{"public_token": made.public})
	made.access, made.id = exchanged.text("access_token"), exchanged.text("item_id")
	made.accounts = accountIDs(c.ok("/accounts/get", fields{"access_token": made.access}))
	return made
}

func accountIDs(r reply) []string {
	var ids []string
	list, _ := r.at("accounts").([]any)
	for _, one := range list {
		account, _ := one.(map[string]any)
		id, _ := account["account_id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// processorToken makes a processor token for Apex.
func (c *client) processorToken(i item) string {
	c.t.Helper()
	return c.ok("/processor/token/create", fields{
		"access_token": i.access, "account_id": i.accounts[0], "processor": "apex_clearing",
	}).text("processor_token")
}

// loginJWS is the JWS of a Sentinel login, signed as Apex's own samples do.
func loginJWS(username, entity, shared string) string {
	part := base64.RawURLEncoding.EncodeToString
	signed := part([]byte(`{"alg":"HS512"}`)) + "." + part([]byte(fields{
		"username": username, "entity": entity, "datetime": "2026-01-05T14:30:00.000000000Z",
	}.json()))
	mac := hmac.New(sha512.New, []byte(shared))
	mac.Write([]byte(signed))
	return signed + "." + part(mac.Sum(nil))
}

// login gets the client a JWT of Legit.
func (c *client) login() {
	c.t.Helper()
	got := c.post("/legit/api/v1/cc/token", fields{"jws": loginJWS(c.inWorld("apexuser"), "correspondent.TWEED", "shared")})
	require.Equal(c.t, http.StatusOK, got.Status, got.Body)
	c.jwt = got.Body
}

// relationship makes an approved relationship with a processor token.
func (c *client) relationship(processorToken string) reply {
	c.t.Helper()
	return c.ok("/sentinel/api/v1/ach_relationships", fields{
		"account": "3TW05057", "nickname": "test", "approvalMethod": "PLAID_TOKEN",
		"plaidProcessorToken": processorToken,
	})
}

// deposit asks for a deposit.
func (c *client) deposit(relationship, external, amount string) reply {
	c.t.Helper()
	return c.ok("/sentinel/api/v1/transfers/achs/incoming", fields{
		"externalTransferId": external, "amount": amount, "achRelationshipId": relationship,
	})
}

// transferState asks for a transfer's state.
func (c *client) transferState(id string) string {
	c.t.Helper()
	got := c.get("/sentinel/api/v1/transfers/achs/" + id)
	require.Equal(c.t, http.StatusOK, got.Status, got.Body)
	return got.text("state")
}
