package conformance

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// smallest makes the smallest value that a schema takes: required members only, the first value of a set. Members that
// are named in with have these values, also where they are not required.
func smallest(schema *openapi3.Schema, with map[string]any) any {
	for _, branches := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		if len(branches) > 0 {
			return smallest(branches[0].Value, with)
		}
	}
	switch {
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Is("string"):
		return cmp.Or(formats[schema.Format], "x")
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return 1
	case schema.Type.Is("boolean"):
		return true
	case schema.Type.Is("array"):
		return []any{smallest(schema.Items.Value, with)}
	}
	return smallestObject(schema, with)
}

// formats are strings of the formats that Tweed looks at.
var formats = map[string]string{
	"date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z", "url": "https://example.com/", "uri": "https://example.com/",
}

func smallestObject(schema *openapi3.Schema, with map[string]any) map[string]any {
	out := map[string]any{}
	for _, branch := range schema.AllOf {
		inner, _ := smallest(branch.Value, with).(map[string]any)
		maps.Copy(out, inner)
	}
	for name, value := range with {
		if schema.Properties[name] != nil {
			out[name] = value
		}
	}
	for _, name := range schema.Required {
		if member := schema.Properties[name]; out[name] == nil && member != nil {
			out[name] = smallest(member.Value, with)
		}
	}
	return out
}

// TestShapedRepliesFitTheDocument calls every operation of the document that answers from an example with the smallest
// request that it takes, and holds the reply against the operation's schema.
func TestShapedRepliesFitTheDocument(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	c := newClient(t, url, worldName(t))
	i := c.link()
	link, err := c.linkToken()
	require.NoError(t, err)
	with := map[string]any{
		"access_token": i.accessToken, "access_tokens": []any{i.accessToken}, "account_id": i.checking(t),
		"processor_token": c.someProcessorToken(i), "public_token": c.publicToken(), "link_token": link,
		"webhook": "https://example.com/",
	}
	doc, err := document()
	require.NoError(t, err)
	behaves := map[string]bool{}
	for path := range operations {
		behaves[path] = true
	}
	for _, one := range recordedReplies(t) {
		behaves[one.path] = true
	}
	called := 0
	for path, place := range doc.Paths.Map() {
		if behaves[path] { // and some end what the others need
			continue
		}
		for method, operation := range place.Operations() {
			request := map[string]any{}
			if body := operation.RequestBody; body != nil {
				request, _ = smallest(body.Value.Content.Get("application/json").Schema.Value, with).(map[string]any)
			}
			delete(request, "client_id")
			delete(request, "secret")
			kind, reply := c.ask(method, path, request)
			called++
			media := operation.Responses.Status(http.StatusOK).Value.Content
			if content := media.Get("application/json"); content != nil && content.Schema.Value.Format != "binary" {
				var value any
				require.NoError(t, json.Unmarshal(reply, &value))
				err := content.Schema.Value.VisitJSON(value, openapi3.MultiErrors(), openapi3.EnableFormatValidation())
				require.NoError(t, err, "%s %s\n%s", method, path, reply)
			} else if content == nil && len(media) > 0 {
				require.NotNil(t, media[kind], "%s %s answers %s", method, path, kind)
			}
		}
	}
	require.Greater(t, called, 170)
}

// ask sends a body to a shaped operation; a reply that is no good one ends the test.
func (c *client) ask(method, path string, body map[string]any) (kind string, reply []byte) {
	c.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(c.t, err)
	path = strings.NewReplacer("{", "", "}", "").Replace(path)
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, bytes.NewReader(text))
	require.NoError(c.t, err)
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Plaid-Client-Id": c.id, "Plaid-Secret": secret,
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer func() { require.NoError(c.t, response.Body.Close()) }()
	reply, err = io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, response.StatusCode, "%s %s %s\n%s", method, path, text, reply)
	require.Equal(c.t, "shaped", response.Header.Get("Tweed-Depth"))
	return response.Header.Get("Content-Type"), reply
}
