package conformance

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// firm is a Sentinel client as broker-dealers write them: no SDK exists.
type firm struct {
	t          *testing.T
	url, token string
}

// newFirm signs a credential (HMAC-SHA512 over the compact form) and trades it for a token,
// which comes as text, not as JSON.
func newFirm(t *testing.T, url, world string, now time.Time) *firm {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"username": "apex_api@%s", "entity": "correspondent.APX1", "datetime": %q}`,
		world, now.Format(time.RFC3339))
	signed := encode([]byte(`{"alg":"HS512"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha512.New, []byte("shared secret"))
	mac.Write([]byte(signed))
	jws := signed + "." + encode(mac.Sum(nil))
	f := &firm{t: t, url: url}
	f.token = string(f.call(http.MethodPost, "/legit/api/v1/cc/token", map[string]string{"jws": jws}))
	return f
}

// call makes a call that must answer 200 and returns the body.
func (f *firm) call(method, path string, body any) []byte {
	f.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(f.t, err)
	request, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, bytes.NewReader(encoded))
	require.NoError(f.t, err)
	request.Header.Set("Content-Type", "application/json")
	if f.token != "" {
		request.Header.Set("Authorization", f.token)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(f.t, err)
	defer func() { require.NoError(f.t, response.Body.Close()) }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(f.t, err)
	require.Equal(f.t, http.StatusOK, response.StatusCode, "%s", answer)
	return answer
}

// answer is what this client reads of relationships and transfers.
type answer struct {
	ID, Status, TransferID, State string
}

func (f *firm) do(method, path string, body any) (got answer) {
	f.t.Helper()
	require.NoError(f.t, json.Unmarshal(f.call(method, path, body), &got))
	return got
}

// TestFromLinkToSettledDeposit: what the SDK made at Plaid is money at Sentinel.
func TestFromLinkToSettledDeposit(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	const world = "deposit"
	c := newClient(t, emu.PlaidURL(), world)
	made := c.link()
	token, err := c.apexToken(made.accessToken, made.checking(t))
	require.NoError(t, err)

	f := newFirm(t, emu.SentinelURL(), world, emu.World(world).Now())
	relationship := f.do(http.MethodPost, "/sentinel/api/v1/ach_relationships", map[string]string{
		"account": "3AP05057", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": token, "nickname": "Household",
	})
	require.Equal(t, "APPROVED", relationship.Status)
	deposit := f.do(http.MethodPost, "/sentinel/api/v1/transfers/achs/incoming", map[string]string{
		"externalTransferId": unknownUUID, "amount": "100.00", "achRelationshipId": relationship.ID,
	})
	require.NotEmpty(t, deposit.TransferID)

	f.call(http.MethodPost, "/sentinel/api/v1/test/simulation/achs/"+deposit.TransferID+"/approve", nil)
	emu.World(world).Advance(8 * 24 * time.Hour)
	f = newFirm(t, emu.SentinelURL(), world, emu.World(world).Now()) // the token lived about a day
	got := f.do(http.MethodGet, "/sentinel/api/v1/transfers/achs/"+deposit.TransferID, nil)
	require.Equal(t, "COMPLETE", got.State)
}
