package flow_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

// TestSurvives has everything that a client must live through.
func TestSurvives(t *testing.T) {
	t.Parallel()
	v, k, cfg := start(t)
	cfg.Timeout = 2 * time.Second
	v.misbehave(pathLink, unavailable(), reset)
	v.misbehave(pathPublic, answer(429, "application/json",
		`{"error_type":"RATE_LIMIT_EXCEEDED","error_code":"RATE_LIMIT","error_message":"slow down"}`, "Retry-After", "7"))
	v.misbehave(pathExchange, answer(429, "text/html", "slow down", "Retry-After", "Mon, 05 Jan 2026 09:31:00 GMT",
		"Date", "Mon, 05 Jan 2026 09:30:49 GMT"))
	v.misbehave(pathAccounts, answer(200, "application/json", accounts[:300]), cut(accounts[:200]))
	v.misbehave(pathApex, answer(200, "text/html", "<html>a captive portal</html>"),
		answer(200, "application/json", ""))
	v.misbehave(pathLogin, answer(200, "text/html", "<html>maintenance</html>"), unavailable())
	v.misbehave(pathRelation, answer(401, "application/json", `{"error":"not authorized","message":null}`))
	v.misbehave(pathIncoming, unavailable())
	v.misbehave(pathTransfer, answer(504, "text/html", "<html>504</html>"), cut(`{"transferId":`))
	r, err := flow.Run(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, flow.EndCompleted, r.End)
	for name, retries := range map[string]int{
		flow.StepLinkToken: 2, flow.StepPublicToken: 1, flow.StepExchange: 1, flow.StepAccounts: 2,
		flow.StepProcessorToken: 2, flow.StepSentinelLogin: 2, flow.StepRelationship: 0, flow.StepDeposit: 3,
	} {
		s, _ := r.Step(name)
		require.Equal(t, retries, s.Retries, name)
	}
	require.Contains(t, k.waits, 7*time.Second, "Retry-After in seconds")
	require.Contains(t, k.waits, 11*time.Second, "Retry-After as a date, by the answer's own clock")
	require.Equal(t, 4, v.hit(pathLogin), "two of them unusable")
	relationship, _ := r.Step(flow.StepRelationship)
	require.Equal(t, []string{"logged in again after a 401"}, relationship.Notes)
	require.Equal(t, "eyJhbGciOiJFUzUxMiJ9.bG9naW42.c2lnbmF0dXJl", v.header(pathRelation, 1).Get("Authorization"))
	for i := range v.hit(pathIncoming) {
		require.Equal(t, "00000000-0000-4000-8000-000000000001", v.body(pathIncoming, i)["externalTransferId"])
	}
}

// TestWrongContentType takes a good answer under a wrong name: the body decides.
func TestWrongContentType(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	v.misbehave(pathLink, answer(200, "text/plain", `{"link_token":"link-sandbox-1","request_id":"r"}`))
	c, err := flow.New(cfg)
	require.NoError(t, err)
	token, err := c.LinkToken(t.Context())
	require.NoError(t, err)
	require.Equal(t, "link-sandbox-1", token)
}

// TestNeverRepeated has the failures after which an exchange or a relationship may have happened.
func TestNeverRepeated(t *testing.T) {
	t.Parallel()
	for _, path := range []string{pathExchange, pathRelation} {
		for _, tc := range []struct {
			name   string
			bad    func(*vendor) http.HandlerFunc
			reason string
			text   string
		}{
			{"reset", func(*vendor) http.HandlerFunc { return reset }, flow.ReasonNetwork, "connection reset"},
			{"slow", func(v *vendor) http.HandlerFunc { return v.slow }, flow.ReasonTimeout, "no answer within 100ms"},
			{"503", func(*vendor) http.HandlerFunc { return unavailable() }, flow.ReasonHTTP, "HTTP 503 Service Unavailable"},
			{
				"cut off", func(*vendor) http.HandlerFunc { return cut(`{"access_token":"acc`) },
				flow.ReasonNetwork, "closed before the end",
			},
			{
				"broken JSON", func(*vendor) http.HandlerFunc { return answer(200, "application/json", `{"access_token":"acc`) },
				flow.ReasonReply, "broken JSON",
			},
			{
				"without the field", func(*vendor) http.HandlerFunc { return answer(200, "application/json", `{}`) },
				flow.ReasonReply, "the answer has no ",
			},
		} {
			t.Run(strings.Trim(path, "/")+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				v, _, cfg := start(t)
				cfg.Timeout = time.Minute
				v.misbehave(path, tc.bad(v))
				if tc.name == "slow" {
					cfg.Timeout = 100 * time.Millisecond
				}
				r, err := flow.Run(t.Context(), cfg)
				var unsure *flow.UnsureError
				require.ErrorAs(t, err, &unsure)
				require.ErrorContains(t, err, tc.text)
				require.NotContains(t, err.Error(), "127.0.0.1", "reports of two runs are alike")
				require.Equal(t, 1, v.hit(path))
				require.Equal(t, tc.reason, r.Reason)
				require.Equal(t, flow.EndFailed, r.End)
			})
		}
	}
}

func TestExchangeAgainBeginsWithANewToken(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	c, err := flow.New(cfg)
	require.NoError(t, err)
	v.misbehave(pathExchange, unavailable(), answer(400, "application/json", `{"error_type":"INVALID_INPUT",
		"error_code":"INVALID_PUBLIC_TOKEN","error_message":"could not find matching public token"}`))
	_, _, err = c.Exchange(t.Context())
	require.Error(t, err)
	_, _, err = c.Exchange(t.Context())
	require.ErrorContains(t, err, "INVALID_PUBLIC_TOKEN")
	require.Equal(t, 2, v.hit(pathPublic))
	_, item, err := c.Exchange(t.Context())
	require.NoError(t, err)
	require.Equal(t, "dkrz8D1wQpUM1Xxqmelzc39wzeV1ZaUZ384wb", item)
	require.Equal(t, 2, v.hit(pathPublic), "a refusal says that the token was not spent")
}

func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	v, k, cfg := start(t)
	v.misbehave(pathAccounts, unavailable(), unavailable(), unavailable(), unavailable(), unavailable())
	r, err := flow.Run(t.Context(), cfg)
	var pe *flow.PlaidError
	require.ErrorAs(t, err, &pe)
	require.Equal(t, 503, pe.Status)
	require.Equal(t, `no Plaid error object but text/html "<html><h1>503 Service Unavailable</h1></html>" `+
		`(HTTP 503 Service Unavailable)`, pe.Error())
	require.Equal(t, 4, v.hit(pathAccounts))
	require.Equal(t, flow.StepAccounts, r.FailedStep)
	require.Len(t, k.waits, 3)
	for i, d := range k.waits {
		most := 500 * time.Millisecond << i
		require.Greater(t, d, most/2, "pause %d", i)
		require.LessOrEqual(t, d, most, "pause %d", i)
	}
}

func TestRetryAfterTooLong(t *testing.T) {
	t.Parallel()
	v, k, cfg := start(t)
	v.misbehave(pathLink, answer(429, "text/html", "", "Retry-After", "3600"))
	_, err := flow.Run(t.Context(), cfg)
	require.ErrorContains(t, err, "an empty body (HTTP 429 Too Many Requests, retry after 1h0m0s)")
	require.Empty(t, k.waits)
	require.Equal(t, 1, v.hit(pathLink))
}

func TestSecond401(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	no := answer(401, "application/json", `{"error":"not authorized","message":null}`)
	v.misbehave(pathRelation, no, no, no)
	r, err := flow.Run(t.Context(), cfg)
	var se *flow.SentinelError
	require.ErrorAs(t, err, &se)
	require.Equal(t, "sentinel: not authorized (HTTP 401 Unauthorized)", se.Error())
	require.Equal(t, 2, v.hit(pathRelation), "one new login, one repeat")
	require.Equal(t, "not authorized", r.Reason)
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	v.misbehave(pathLogin, answer(401, "", ""))
	_, err := flow.Run(t.Context(), cfg)
	require.EqualError(t, err, "step sentinel_login: legit: an empty body (HTTP 401 Unauthorized)")
	require.Equal(t, 1, v.hit(pathLogin))

	v.misbehave(pathRelation, answer(401, "", ""))
	v.misbehave(pathLogin, func(w http.ResponseWriter, _ *http.Request) {
		write(w, "eyJhbGciOiJFUzUxMiJ9.bG9naW4x.c2ln")
	}, answer(401, "", ""))
	_, err = flow.Run(t.Context(), cfg)
	require.ErrorContains(t, err, "was answered with 401, and the new login failed: legit")
}

func TestVendorErrors(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	v.misbehave(pathApex, answer(400, "application/json", `{
  "display_message": null,
  "documentation_url": "https://plaid.com/docs/?ref=error#invalid-request-errors",
  "error_code": "INVALID_FIELD",
  "error_message": "account_id must be a valid account ID",
  "error_type": "INVALID_REQUEST",
  "request_id": "0u9Qu4B04sFZkqz",
  "suggested_action": null
}`))
	r, err := flow.Run(t.Context(), cfg)
	var pe *flow.PlaidError
	require.ErrorAs(t, err, &pe)
	require.Equal(t, "INVALID_REQUEST", pe.Type)
	require.Equal(t, "INVALID_FIELD", pe.Code)
	require.EqualError(t, err, "step processor_token: INVALID_REQUEST/INVALID_FIELD: "+
		"account_id must be a valid account ID (HTTP 400 Bad Request, request id 0u9Qu4B04sFZkqz)")
	require.Equal(t, "INVALID_FIELD", r.Reason)
	s, _ := r.Step(flow.StepProcessorToken)
	require.Equal(t, 400, s.HTTPStatus)
	require.Equal(t, "0u9Qu4B04sFZkqz", s.RequestID)
	require.Equal(t, 1, v.hit(pathApex))
}

func TestUnusableReplies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		bad  http.HandlerFunc
		text string
	}{
		{"redirect", answer(307, "text/html", "", "Location", "https://example.com/"), "redirect"},
		{"too long", answer(200, "application/json", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`), "longer than 1048576 bytes"},
		{"null", answer(200, "application/json", `{"link_token":null}`), "no link_token"},
		{"number", answer(200, "application/json", `{"link_token":1}`), "no link_token"},
		{"array", answer(200, "application/json", `[]`), "not the expected form"},
		{
			"not implemented", answer(501, "application/json", `{"error_type":"TWEED_ERROR",
			"error_code":"TWEED_NOT_IMPLEMENTED","error_message":"not built"}`),
			"TWEED_ERROR/TWEED_NOT_IMPLEMENTED: not built (HTTP 501 Not Implemented)",
		},
		{"production token", answer(200, "application/json", `{"link_token":"link-production-1"}`), "sandboxes only"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			v.misbehave(pathLink, tc.bad)
			_, err := flow.Run(t.Context(), cfg)
			require.ErrorContains(t, err, tc.text)
			require.Equal(t, 1, v.hit(pathLink))
		})
	}
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	v, k, cfg := start(t)
	v.Close()
	r, err := flow.Run(t.Context(), cfg)
	var te *flow.TransportError
	require.ErrorAs(t, err, &te)
	require.False(t, te.Sent)
	require.EqualError(t, err, "step link_token: POST /link/token/create: "+
		"connection refused: nothing listens at the base URL")
	require.Len(t, k.waits, 3)
	require.Equal(t, flow.ReasonNetwork, r.Reason)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		path string
	}{{"during a read", pathAccounts}, {"during the deposit", pathIncoming}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, k, cfg := start(t)
			ctx, cancel := context.WithCancel(t.Context())
			v.misbehave(tc.path, func(w http.ResponseWriter, r *http.Request) { cancel(); v.slow(w, r) })
			r, err := flow.Run(ctx, cfg)
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, k.waits)
			require.Equal(t, 1, v.hit(tc.path))
			require.Equal(t, flow.ReasonInterrupted, r.Reason)
			var unsure *flow.UnsureError
			require.Equal(t, tc.path == pathIncoming, errors.As(err, &unsure))
		})
	}
	t.Run("during a pause", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		cfg.Wait = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
		v.misbehave(pathLink, unavailable())
		_, err := flow.Run(ctx, cfg)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 1, v.hit(pathLink))
	})
	t.Run("before the first call", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := flow.Run(ctx, cfg)
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, v.hit(pathLink))
	})
}
