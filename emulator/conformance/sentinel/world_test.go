package sentinel_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/conformance/sentinel"
	"tweed/emulator/scenario"
)

// credentials are the only ones that the worlds of these tests accept.
var credentials = sentinel.Credentials{
	Username: "apex_api", Entity: "correspondent.APX1", SharedSecret: "bWFkZS11cC1zZWNyZXQ_-",
}

// start begins an emulator whose clock stands on Monday 2026-01-05, 09:30 in New York, and runs as run says.
func start(t *testing.T, run string) *emulator.Emulator {
	t.Helper()
	s, err := scenario.Load("certification", []byte(`
clock: {start: 2026-01-05T09:30:00-05:00, run: `+run+`}
credentials:
  - {username: `+credentials.Username+`, entity: `+credentials.Entity+`, shared_secret: `+credentials.SharedSecret+`}
`))
	require.NoError(t, err)
	return emulator.RunT(t, emulator.Options{Scenario: s})
}

// newYork is New York's time in January.
var newYork = time.FixedZone("EST", -5*60*60)

// january is a moment of January 2026 in New York.
func january(day, hour, minute int) time.Time {
	return time.Date(2026, 1, day, hour, minute, 0, 0, newYork)
}

// send sends a body and returns the body of an answer of 200.
func send(t *testing.T, method, url, body string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", answer)
	return answer
}

// moveTo moves a world's clock forward to a moment, from where it goes on as it runs.
func moveTo(t *testing.T, base string, moment time.Time) {
	t.Helper()
	send(t, http.MethodPost, base+"/_tweed/clock", `{"to": "`+moment.Format(time.RFC3339)+`"}`)
}

// processorToken makes a token for Apex at Plaid's side, as an app does after Link.
func processorToken(t *testing.T, base string) string {
	t.Helper()
	var got struct {
		PublicToken    string `json:"public_token"`
		AccessToken    string `json:"access_token"`
		ProcessorToken string `json:"processor_token"`
		Accounts       []struct {
			ID string `json:"account_id"`
		} `json:"accounts"`
	}
	plaid := func(path string, body map[string]any) {
		t.Helper()
		body["client_id"], body["secret"] = "5f9a1b2c3d4e5f6071829304", "0123456789abcdef0123456789abcd"
		text, err := json.Marshal(body)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(send(t, http.MethodPost, base+path, string(text)), &got))
	}
	plaid("/sandbox/public_token/create", map[string]any{
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
	})
	plaid("/item/public_token/exchange", map[string]any{"public_token": got.PublicToken})
	plaid("/accounts/get", map[string]any{"access_token": got.AccessToken})
	plaid("/processor/apex/processor_token/create", map[string]any{
		"access_token": got.AccessToken, "account_id": got.Accounts[0].ID,
	})
	return got.ProcessorToken
}

// recorder writes down every answer that passes through it.
type recorder struct {
	mu     sync.Mutex
	lines  []string
	logins int
}

// RoundTrip makes a recorder the transport of an HTTP client.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, request.Method+" "+request.URL.RequestURI()+" "+response.Status+" "+string(body))
	if strings.HasPrefix(request.URL.Path, "/legit/") {
		r.logins++
	}
	return response, err
}

// seen returns the answers so far and how many of them were to logins.
func (r *recorder) seen() (lines []string, logins int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lines), r.logins
}
