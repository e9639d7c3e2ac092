package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTrigger: the webhook goes out, its body is printed, and mistakes say what is right.
func TestTrigger(t *testing.T) {
	t.Parallel()
	s := startServe(t, "--seed", "1", "--clock", "manual")
	trigger := func(args ...string) (int, string, string) {
		return command(t, append([]string{"trigger"}, append(args, "--url", s.url)...)...)
	}
	code, stdout, stderr := trigger("TRANSFER_EVENTS_UPDATE", "--to", "http://127.0.0.1:9/hook")
	require.Zero(t, code, stderr)
	require.Equal(t, `sent TRANSFER.TRANSFER_EVENTS_UPDATE to http://127.0.0.1:9/hook
{
  "environment": "sandbox",
  "webhook_code": "TRANSFER_EVENTS_UPDATE",
  "webhook_type": "TRANSFER"
}
`, stdout)

	data := file(t, "members.json", `{"status": 7, "more": [1]}`)
	code, stdout, stderr = trigger("CASH_FLOW_UPDATES.LOW_BALANCE_DETECTED", "--to", "http://127.0.0.1:9/hook", "--data", data,
		"--set", "user_id=u", "--json")
	require.Zero(t, code, stderr)
	require.Equal(t, "note: not as in Plaid's specification: status: has the wrong type\n", stderr)
	var sent struct {
		Schema string
		Body   map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &sent))
	require.Equal(t, "CashFlowUpdatesLowBalanceWebhook", sent.Schema)
	require.Equal(t, []any{7.0, "u", []any{1.0}}, []any{sent.Body["status"], sent.Body["user_id"], sent.Body["more"]})

	for want, args := range map[string][]string{
		`there is no webhook "ITEM.EROR"; did you mean ITEM.ERROR?`:                {"ITEM.EROR"},
		"world default has no Item; link one first":                                {"ITEM.ERROR"},
		`--set "x" is not PATH=VALUE; write for example error.error_code=`:         {"ITEM.ERROR", "--set", "x"},
		"there is no webhook; name one, for example ITEM.ERROR (--list lists all)": {},
		"no such file": {"ITEM.ERROR", "--data", "none.json"},
		"the members of a webhook are a JSON object": {"ITEM.ERROR", "--data", file(t, "list.json", "[]")},
	} {
		code, _, stderr := trigger(args...)
		require.Equal(t, 2, code, stderr)
		require.Contains(t, stderr, want)
	}
	code, _, stderr = command(t, "trigger", "ITEM.ERROR", "--url", "http://127.0.0.1:1")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "is a Tweed running there?")
}

// TestTriggerList: all webhooks are listed, with what causes them.
func TestTriggerList(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t, "trigger", "--list")
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 1+92)
	require.Regexp(t, `(?m)^ITEM\.ERROR +ItemErrorWebhook +/sandbox/item/reset_login, /sandbox/user/reset_login, /sandbox/item/fire_webhook$`, stdout)
	require.Regexp(t, `(?m)^BEACON\.REPORT_CREATED +BeaconReportCreatedWebhook +by trigger alone$`, stdout)
	code, stdout, _ = command(t, "trigger", "--list", "--json")
	require.Zero(t, code)
	var all []map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &all))
	require.Len(t, all, 92)
}
