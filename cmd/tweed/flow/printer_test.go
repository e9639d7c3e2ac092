package flow_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

func printed(t *testing.T, cfg flow.Config) string {
	t.Helper()
	var out bytes.Buffer
	p := flow.Printer{W: &out}
	cfg.OnStep = p.Step
	r, err := flow.Run(t.Context(), cfg)
	if err != nil {
		require.Equal(t, flow.EndFailed, r.End)
	}
	p.Result(r)
	return out.String()
}

func TestPrintedRun(t *testing.T) {
	t.Parallel()
	_, _, cfg := start(t)
	want, err := os.ReadFile(filepath.Join("testdata", "run.txt"))
	require.NoError(t, err)
	require.Equal(t, string(want), printed(t, cfg))
}

func TestPrintedFailures(t *testing.T) {
	t.Parallel()
	t.Run("plaid", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		v.misbehave(pathLink, unavailable(), answer(400, "application/json", `{
			"error_type":"ITEM_ERROR","error_code":"ITEM_LOCKED","error_message":"the account is locked",
			"display_message":"Your account\u001b[31m is locked.","documentation_url":"https://plaid.com/docs/errors/item/",
			"request_id":"HNTDNrA8F1shFEW"}`))
		require.Equal(t, `link_token       failed    request HNTDNrA8F1shFEW  retries=1
    type        ITEM_ERROR
    code        ITEM_LOCKED
    message     the account is locked
    display     Your account [31m is locked.
    docs        https://plaid.com/docs/errors/item/
    request id  HNTDNrA8F1shFEW
    status      plaid HTTP 400 Bad Request
end: failed at link_token, ITEM_LOCKED
`, printed(t, cfg))
	})
	t.Run("gateway", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		v.misbehave(pathExchange, answer(502, "text/html", "<html>\n<b>502</b>\n</html>"))
		require.Contains(t, printed(t, cfg), `exchange         failed
    no Plaid error object but text/html "<html> <b>502</b> </html>" (HTTP 502 Bad Gateway); an attempt may have taken `+
			`effect all the same: a public token can be exchanged once, so get a new one from Link
end: failed at exchange, HTTP_ERROR
`)
	})
	t.Run("with advice", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		v.misbehave(pathExchange, answer(500, "application/json", `{"error_type":"API_ERROR",
			"error_code":"INTERNAL_SERVER_ERROR","error_message":"an unexpected error occurred","display_message":null}`))
		require.Contains(t, printed(t, cfg), `    advice      an attempt may have taken effect all the same: a public token`)
	})
}

func TestPrintedEnds(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	v.road("PENDING RETURNED", "R01")
	require.Contains(t, printed(t, cfg), "settle           returned  request apex-2  road=RETURNED  state=RETURNED  "+
		"reason=R01\nend: returned, R01\n")
	_, _, cfg = start(t)
	cfg.Sentinel = nil
	require.Contains(t, printed(t, cfg), "sentinel_login, relationship, deposit, settle: left out, no Sentinel target "+
		"(for Apex's UAT set APEX_USERNAME, APEX_ENTITY, APEX_SHARED_SECRET, APEX_ACCOUNT)\nend: plaid_only\n")
}

func TestPrintedDuration(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := flow.Printer{W: &out, Terminal: true}
	p.Step(flow.Step{Name: "settle", Status: flow.StatusOK, Duration: 1234567 * time.Microsecond})
	require.Equal(t, "settle           ok        (1.235s)\n", out.String())
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for token, short := range map[string]string{
		"access-sandbox-33333333-aaaa-4000-8000-000000000003": "access-sandbox-33333333…",
		"processor-sandbox-0asd1-a92nc":                       "processor-sandbox-0asd1-a9…",
		"payment-id-sandbox-1":                                "payment-id-sandbox-1",
		"btok_5oEetfLzPklE1fwJZ7SG":                           "btok_5oE…",
		"short":                                               "short",
		"":                                                    "",
	} {
		require.Equal(t, short, flow.Shorten(token))
	}
}
