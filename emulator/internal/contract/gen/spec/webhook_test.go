package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const webhookFile = `
info: {version: "1"}
components:
  schemas:
    Fault: {type: object, nullable: true, properties: {code: {type: string}}}
    LostWebhook:
      type: object
      additionalProperties: true
      properties:
        webhook_type: {type: string, description: '` + "`ITEM`" + `'}
        webhook_code: {type: string, description: '` + "`LOST`" + `'}
        item_id: {type: string}
        error: {$ref: '#/components/schemas/Fault'}
      required: [webhook_type, webhook_code, item_id, error]
      x-examples: {one: {webhook_type: ITEM, webhook_code: LOST, id: i}}
    FoundWebhook:
      type: object
      properties:
        webhook_type: {type: string, description: '` + "`\"ITEM\"`" + `'}
        webhook_code: {type: string, description: '` + "`FOUND`" + `'}
    FireRequest:
      type: object
      properties:
        webhook_type: {type: string, description: The type.}
        webhook_code: {type: string, description: The code., enum: [LOST]}
`

// Webhooks are found by their members; their examples are repaired, then completed, or made.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	c, err := ReadOpenAPI([]byte(webhookFile), "test")
	require.NoError(t, err)
	overlay := &Overlay{
		Sources:  map[string]string{"s": "somewhere"},
		Examples: []Repair{{Webhook: "LostWebhook", At: "id", Rename: "item_id", From: "s"}}, file: "o.yaml",
	}
	require.NoError(t, c.Merge([]*Overlay{overlay}))
	require.Equal(t, []*Webhook{
		{Schema: "FoundWebhook", Type: "ITEM", Code: "FOUND", Example: `{"webhook_type":"ITEM","webhook_code":"FOUND"}`, Made: ExampleMade},
		{
			Schema: "LostWebhook", Type: "ITEM", Code: "LOST", Made: ExampleRepaired,
			Example: `{"webhook_type":"ITEM","webhook_code":"LOST","item_id":"i","error":null}`,
		},
	}, c.Webhooks)
	require.True(t, c.Types["LostWebhook"].Open)
	require.False(t, c.Types["FoundWebhook"].Open)

	overlay.Examples[0].Webhook = "NoWebhook"
	require.EqualError(t, c.Merge([]*Overlay{overlay}), "o.yaml: example: no webhook NoWebhook")
}
