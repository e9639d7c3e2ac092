package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// small is an OpenAPI file with one of everything that plaid-go's has.
const small = `
openapi: 3.0.0
info: {version: "1"}
paths:
  /empty: {}
  /thing/get:
    post:
      operationId: thingGet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/ThingGetRequest'}}}}
      responses:
        "200":
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples: {first: {value: {z: 1.50, a: 2020-01-01, n: null}}, second: {value: {}}}
  /thing/pdf:
    post:
      operationId: thingPdf
      responses: {"200": {content: {application/pdf: {schema: {type: string, format: binary}}}}}
  /thing/download:
    post:
      operationId: thingDownload
      responses: {"200": {content: {application/json: {schema: {type: string, format: binary}}}}}
  /thing/list:
    get:
      operationId: thingList
      responses: {"204": {description: nothing}}
components:
  schemas:
    ThingGetRequest:
      type: object
      additionalProperties: true
      required: [token, client_id]
      properties:
        token: {$ref: '#/components/schemas/Token'}
        client_id: {type: string}
        day: {type: string, format: date, nullable: true}
        metadata: {type: object, additionalProperties: {type: string}}
        kind: {type: string, enum: [a, b c, null]}
        inner: {type: object, properties: {deep: {type: array, items: {type: integer}}}}
        either: {oneOf: [{$ref: '#/components/schemas/Thing'}, {$ref: '#/components/schemas/More'}]}
        both: {$ref: '#/components/schemas/Both'}
    Token: {type: string}
    Thing:
      type: object
      required: [z]
      properties: {z: {type: number}, self: {$ref: '#/components/schemas/Thing'}}
    More:
      type: object
      required: [m]
      properties: {m: {type: boolean}}
    Both:
      nullable: true
      allOf: [{$ref: '#/components/schemas/Thing'}, {$ref: '#/components/schemas/More'}, {type: object}]
`

// describe writes a type as its lines.
func describe(c *Contract, name string) []string {
	var lines []string
	for _, f := range c.Types[name].Fields {
		lines = append(lines, f.String())
	}
	return append(lines, c.Types[name].Values...)
}

func TestReadOpenAPI(t *testing.T) {
	t.Parallel()
	c, err := ReadOpenAPI([]byte(small), "test")
	require.NoError(t, err)
	require.Equal(t, "1", c.Version)
	require.Equal(t, []string{"/empty"}, c.Empty)
	require.Len(t, c.Ops, 4)
	op := c.Op("POST", "/thing/get")
	require.Equal(t, &Op{
		ID: "thingGet", Method: "POST", Path: "/thing/get", Family: "plaid", Request: "ThingGetRequest", Reply: "Thing",
		Media: "application/json", Example: `{"z":1.50,"a":"2020-01-01","n":null}`, Source: "test",
	}, op)
	require.Equal(t, []string{
		"token! string", "client_id! string", "day ?string", "metadata map", "kind ?ThingGetRequest.kind",
		"inner ThingGetRequest.inner", "either ThingGetRequest.either", "both ?Both",
	}, describe(c, "ThingGetRequest"))
	require.Equal(t, []string{"a", "b c"}, describe(c, "ThingGetRequest.kind"))
	require.Equal(t, []string{"deep []integer"}, describe(c, "ThingGetRequest.inner"))
	require.Equal(t, []string{"z number", "self Thing", "m boolean"}, describe(c, "ThingGetRequest.either"))
	require.Equal(t, []string{"z! number", "self Thing", "m! boolean"}, describe(c, "Both"))
	require.Equal(t, "application/pdf", c.Op("POST", "/thing/pdf").Media)
	require.Equal(t, "application/octet-stream", c.Op("POST", "/thing/download").Media)
	require.Empty(t, c.Op("POST", "/thing/download").Reply)
	require.Empty(t, c.Op("GET", "/thing/list").Media)
	require.Equal(t, []string{"Both", "Thing"}, c.Reach("Both", "Thing"))
}

func TestReadOpenAPIRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, old, replaced, want string }{
		{"a new keyword", "Token: {type: string}", "Token: {type: string, contains: x}", `unknown schema keyword "contains"`},
		{"a new type", "Token: {type: string}", "Token: {type: tuple}", `unknown type "tuple"`},
		{"a dangling reference", "    Token: {type: string}\n", "", "no schema Token"},
		{
			"a request that is no object", "ThingGetRequest:\n      type: object", "ThingGetRequest:\n      type: string",
			"not an object",
		},
		{
			"a branch in a circle", "self: {$ref: '#/components/schemas/Thing'}", "self: {$ref: '#/components/schemas/Both'}",
			"holds what it is part of",
		},
		{"a member with a space", "metadata:", "meta data:", "cannot be written"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadOpenAPI([]byte(strings.Replace(small, tt.old, tt.replaced, 1)), "test")
			require.ErrorContains(t, err, tt.want)
		})
	}
}

const overlay = `
sources: {doc: the documents}
rules:
  - {rule: text, is: string, min: 1, text: t, confidence: assumed, from: doc}
  - {rule: date, is: date, text: t, confidence: observed, from: doc page 2}
  - {rule: kind, is: known, text: t, confidence: observed, from: doc}
  - {rule: plain, is: string, text: t, confidence: assumed, from: doc}
  - {rule: datetime, is: datetime, text: t, confidence: assumed, from: doc}
operations:
  - {id: emptyGet, method: POST, path: /empty, family: plaid, request: EmptyGetRequest, reply: EmptyGetResponse, from: doc page 3}
  - {id: emptyAgain, method: POST, path: /again, family: plaid, reply: Thing, from: doc}
  - {id: nothing, method: POST, path: /nothing, family: plaid, media: none, from: doc}
  - {id: other, method: PUT, path: "/other/{id}", family: sentinel, request: Other, from: doc}
types:
  - {type: EmptyGetRequest, from: doc}
  - {type: EmptyGetResponse, from: doc, fields: [
      {field: "thing_id! string"}, {field: "user_token! string"}, {field: "expires_at! ?string ~datetime"},
      {field: "start! string ~date"}, {field: "kind! ThingGetRequest.kind"}, {field: "amount! string"},
      {field: "first_name string"}, {field: "left_out ?string"}, {field: "next_cursor! ?string"},
      {field: "self []EmptyGetResponse"}, {field: "again! []EmptyGetResponse"}, {field: "list! []integer"},
      {field: "free! map"}, {field: "any! any"}, {field: "inner! More"}]}
  - {type: Other, open: true, from: doc, fields: [{field: "name! string"}]}
fields:
  - {type: Both, add: "new ?[]Thing", from: doc}
  - {type: Thing, optional: z, from: doc}
  - {type: More, "null": m, from: doc}
  - {type: ThingGetRequest, optional: token, before: "2020", from: doc}
  - {type: EmptyGetRequest, add: "key any <2020", from: doc}
dropped:
  - {path: /empty, since: "2020", from: doc}
values:
  - {type: ThingGetRequest.kind, add: [c], from: doc}
apply:
  - {field: kind, operation: thingGet, refuse: kind, from: doc}
examples:
  - {operation: thingGet, at: n, remove: true, from: doc it has no n}
  - {operation: thingGet, at: a, rename: b, from: doc}
  - {operation: thingGet, at: z, set: [1.50, {c: "2", d: 3}, {c: "4", d: 5}], from: doc}
  - {operation: thingGet, at: "z[].d", remove: true, from: doc}
  - {operation: emptyGet, at: amount, set: "1", from: doc}
`

// merged applies an overlay to the small contract.
func merged(t *testing.T, text string) (*Contract, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "o.yaml"), []byte(text), 0o600))
	overlays, err := ReadOverlays(dir)
	if err != nil {
		return nil, err
	}
	c, err := ReadOpenAPI([]byte(small), "test")
	require.NoError(t, err)
	return c, c.Merge(overlays)
}

func TestMerge(t *testing.T) {
	t.Parallel()
	c, err := merged(t, overlay)
	require.NoError(t, err)
	require.Empty(t, c.Empty)
	require.Equal(t, "the documents page 3", c.Op("POST", "/empty").Source)
	require.Equal(t, "2020", c.Op("POST", "/empty").Dropped)
	require.Equal(t, []string{"client_id any", "secret any", "key any <2020"}, describe(c, "EmptyGetRequest"))
	require.Equal(t, []string{
		"client_id any", "secret any", "token! string ~text >2020", "day ?string ~date", "metadata map",
		"kind ?ThingGetRequest.kind ^kind", "inner ThingGetRequest.inner", "either ThingGetRequest.either", "both ?Both",
	}, describe(c, "ThingGetRequest"))
	require.Equal(t, []string{"name! string ~plain"}, describe(c, "Other"))
	require.True(t, c.Types["Other"].Open)
	require.Equal(t, []string{"z! number", "self Thing", "m! boolean", "new ?[]Thing"}, describe(c, "Both"))
	require.Equal(t, []string{"z number", "self Thing"}, describe(c, "Thing"))
	require.Equal(t, []string{"m! ?boolean"}, describe(c, "More"))
	require.Equal(t, []string{"a", "b c", "c"}, describe(c, "ThingGetRequest.kind"))
	require.Equal(t, "the documents page 2", c.Rules[1].From)
	require.Empty(t, c.Op("POST", "/nothing").Media)
}

func TestExamples(t *testing.T) {
	t.Parallel()
	c, err := merged(t, overlay)
	require.NoError(t, err)
	thing := c.Op("POST", "/thing/get")
	require.Regexp(t, `^{"z":\[1.50,{"c":"2"},{"c":"4"}\],"b":"2020-01-01"}$`, thing.Example, "order and spelling are kept")
	require.Equal(t, ExampleRepaired, thing.Made)
	require.Equal(t, ExampleBorrowed, c.Op("POST", "/again").Made)
	require.JSONEq(t, `{"z":1.5,"a":"2020-01-01","n":null}`, c.Op("POST", "/again").Example)
	made := c.Op("POST", "/empty")
	require.Equal(t, ExampleMade, made.Made)
	require.Equal(t, `{"thing_id":"`+uuid("thing_id")+`","user_token":"user-sandbox-`+uuid("user_token")+`",`+
		`"expires_at":"2025-12-02T14:30:00Z","start":"2025-06-02","kind":"a","amount":"1","first_name":"first name",`+
		`"next_cursor":null,"again":[],"list":[1],"free":{},"any":{},"inner":{"m":false}}`, made.Example)
	require.Empty(t, c.Op("POST", "/nothing").Example)
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, old, replaced, want string }{
		{"a line without a source", "page 2}", "page 2}\n  - {rule: x, is: string, text: t, confidence: assumed}", "rule x"},
		{"an unknown source", "refuse: kind, from: doc", "refuse: kind, from: web", `"web" does not begin with`},
		{"an unknown confidence", "confidence: observed", "confidence: sure", `"sure" is not`},
		{"an unknown key", "optional: z", "optionl: z", "optionl"},
		{"an unknown type", "type: More", "type: Less", "no type Less"},
		{"an unknown field", "optional: z", "optional: y", "no field y"},
		{"a known field", "new ?[]Thing", "self Thing", "has a field self already"},
		{"a known type", "type: Other, open", "type: Thing, open", "type Thing exists already"},
		{"a known operation", "path: /empty", "path: /thing/get", "exists already"},
		{"a rule that nothing declares", "refuse: kind", "refuse: other", `no rule "" or "other"`},
		{"a field that nothing has", "field: kind", "field: sort", "apply thingGet sort: no such field"},
		{"an example of nothing", "operation: emptyGet, at", "operation: thingPdf, at", "example of thingPdf: there is none"},
		{"an unknown example", "operation: emptyGet, at", "operation: no, at", "no operation no"},
		{"a place that is not there", "at: n,", "at: x.y,", "example of thingGet: nothing at x.y"},
		{"an unknown reply", "reply: Thing", "reply: Thingy", "operation emptyAgain: no type Thingy"},
		{"a field that no version requires", "optional: token", "optional: day", "field day is required in no version"},
		{"an operation that there is not", "path: /empty, since", "path: /full, since", "no operation POST /full"},
		{"a drop without a source", `since: "2020", from: doc`, `since: "2020", from: web`, "dropped /empty"},
		{"values of an object", "type: ThingGetRequest.kind", "type: Thing", "no set of values Thing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := merged(t, strings.Replace(overlay, tt.old, tt.replaced, 1))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func FuzzParseField(f *testing.F) {
	seeds := []string{"account! string ~apex_account ^known <2 >1", "a ?[]?[]Thing", "a", "! ?", "a [] x", "a b ~", "a [][]"}
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		field, err := ParseField(line)
		if err != nil {
			return
		}
		again, err := ParseField(field.String())
		if err != nil {
			return // a name or a rule was empty
		}
		if again.String() != field.String() {
			t.Fatalf("%q became %q", field, again)
		}
	})
}
