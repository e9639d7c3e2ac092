package contract

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// odd are what examples of webhooks have that their schemas do not take.
var odd = map[string][]string{
	"AssetsErrorWebhook":           {"error.display_message: missing"},
	"UserPermissionRevokedWebhook": {"error.display_message: missing"},
	"BaseReportsErrorWebhook":      {`error.error_type: unknown value "BASE_REPORT_ERROR"`, "error.display_message: missing"},
}

// Each example of a webhook is of its type and code, and as its schema says.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	all := Webhooks()
	require.Len(t, all, 92)
	seen := map[string]bool{}
	for _, kind := range all {
		require.False(t, seen[kind.Schema], kind.Schema)
		seen[kind.Schema] = true
		var body map[string]any
		dec := json.NewDecoder(bytes.NewReader(kind.Example()))
		dec.UseNumber()
		require.NoError(t, dec.Decode(&body), kind.Schema)
		require.Equal(t, kind.Name(), body["webhook_type"].(string)+"."+body["webhook_code"].(string))
		require.ElementsMatch(t, odd[kind.Schema], kind.Check(body), kind.Schema)
		require.True(t, kind.Answer().Has("webhook_code"))
		require.False(t, kind.Answer().Has("no_such_member"))
		body["webhook_type"] = json.Number("1")
		require.Contains(t, kind.Check(body), "webhook_type: has the wrong type")
	}
}
