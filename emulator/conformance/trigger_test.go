package conformance

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// undeclared are members that a schema of the document requires and does not have; the newer specification requires
// risk_signals_status there.
var undeclared = map[string]string{"IncomeVerificationRiskSignalsStatusWebhook": "status"}

// TestWebhooks: each webhook is what the OpenAPI document says of it, and the document has no other.
func TestTriggers(t *testing.T) {
	t.Parallel()
	doc, err := document()
	require.NoError(t, err)
	emu := emulator.RunT(t, emulator.Options{Scenario: &scenario.Scenario{Given: scenario.Given{Items: []scenario.Item{
		{As: "alice", Products: []string{"auth", "identity", "liabilities", "transactions"}},
	}}}})
	w := emu.World("default")
	var sent []string
	for _, kind := range emulator.Webhooks() {
		sent = append(sent, kind.Schema)
		require.NoError(t, w.Trigger(emulator.TriggerOptions{Webhook: kind.Schema, To: "http://127.0.0.1:9/hook"}))
		all := w.Webhooks()
		var body map[string]any
		require.NoError(t, json.Unmarshal(all[len(all)-1].Body, &body))
		schema := *doc.Components.Schemas[kind.Schema].Value
		schema.Required = slices.DeleteFunc(slices.Clone(schema.Required), func(name string) bool { return name == undeclared[kind.Schema] })
		require.NoError(t, schema.VisitJSON(any(body), openapi3.MultiErrors()), kind.Schema)
		require.Equal(t, kind.Name, body["webhook_type"].(string)+"."+body["webhook_code"].(string))
	}
	for name, schema := range doc.Components.Schemas {
		code := schema.Value.Properties["webhook_code"]
		if code != nil && schema.Value.Properties["webhook_type"] != nil && len(code.Value.Enum) == 0 {
			require.Contains(t, sent, name)
		}
	}
}
