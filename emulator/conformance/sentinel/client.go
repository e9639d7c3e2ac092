// Package sentinel is a client of Apex's Sentinel (ACH), Legit (login) and ALE (events) as a broker's engineer writes
// one, out of what is public about them: it knows nothing of Tweed. There is no SDK. Its tests run Apex's certification
// list against the emulator, and send what real clients of 2016 to 2019 are known to send.
package sentinel

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Credentials are what Apex hands to an integrator.
type Credentials struct {
	Username     string `json:"username"`
	Entity       string `json:"entity"` // correspondent.CODE
	SharedSecret string `json:"sharedSecret"`
}

// Correspondent is the code of the correspondent, which ALE's addresses carry.
func (c Credentials) Correspondent() string {
	_, code, _ := strings.Cut(c.Entity, ".")
	return code
}

// Login is the JWS that Legit trades for a token: HMAC-SHA512 over header and payload, keyed with the secret as it was
// issued.
func (c Credentials) Login(now time.Time) (string, error) {
	payload, err := json.Marshal(struct {
		Username string `json:"username"`
		Entity   string `json:"entity"`
		Datetime string `json:"datetime"`
	}{c.Username, c.Entity, now.Format(time.RFC3339)})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS512"}`)) + "." + encode(payload)
	mac := hmac.New(sha512.New, []byte(c.SharedSecret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil)), nil
}

// Client calls Sentinel and ALE. It logs in by itself, and again when its token is refused. It may be used by several
// goroutines at once.
type Client struct {
	BaseURL     string // https://uat-api.apexclearing.com, without a slash at the end
	Credentials Credentials
	HTTP        *http.Client
	Now         func() time.Time // stamps the logins

	mu    sync.Mutex // held while logging in: who needs the new token waits for it
	token string
}

// At returns a client of another address that has the same token.
func (c *Client) At(baseURL string, httpClient *http.Client) *Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &Client{BaseURL: baseURL, Credentials: c.Credentials, HTTP: httpClient, Now: c.Now, token: c.token}
}

// Error is an answer other than 200.
type Error struct {
	Status  int
	Label   string `json:"error"`
	Message string `json:"message"`
}

// Error tells status, label and message.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Label, e.Message) }

// refusedWith tells whether an error is an answer with this status.
func refusedWith(err error, status int) bool {
	answer, ok := errors.AsType[*Error](err)
	return ok && answer.Status == status
}

// get reads the answer to a GET into out.
func (c *Client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// post sends in as JSON, or no body for nil, and reads the answer into out, if that is not nil.
func (c *Client) post(ctx context.Context, path string, in, out any) error {
	return c.call(ctx, http.MethodPost, path, in, out)
}

// call makes a call with a token. A 401 means that nothing was done, because the token's life is over: one new login,
// one repeat.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	token, err := c.tokenOtherThan(ctx, "")
	if err != nil {
		return err
	}
	answer, err := c.send(ctx, method, path, token, body)
	if refusedWith(err, http.StatusUnauthorized) {
		if token, err = c.tokenOtherThan(ctx, token); err != nil {
			return err
		}
		answer, err = c.send(ctx, method, path, token, body)
	}
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: %w: %s", method, path, err, answer)
	}
	return nil
}

// tokenOtherThan returns the token, after a login if it is the refused one or if there is none.
func (c *Client) tokenOtherThan(ctx context.Context, refused string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != refused {
		return c.token, nil
	}
	jws, err := c.Credentials.Login(c.Now())
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{"jws": jws})
	if err != nil {
		return "", err
	}
	answer, err := c.send(ctx, http.MethodPost, "/legit/api/v1/cc/token", "", body)
	if err != nil {
		return "", fmt.Errorf("login: %w", err)
	}
	c.token = string(answer) // text, not JSON
	return c.token, nil
}

// send makes one request and returns the body of a good answer.
func (c *Client) send(ctx context.Context, method, path, token string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", token) // without a scheme
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		refusal := &Error{Status: response.StatusCode}
		_ = json.Unmarshal(answer, refusal) // the body may be empty
		return nil, refusal
	}
	return answer, nil
}
