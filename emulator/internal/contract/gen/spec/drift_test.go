package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// planted is a small specification; each test changes one thing in it.
const planted = `
openapi: 3.0.0
info: {version: 2020-09-14_1}
paths:
  /a/get:
    post:
      operationId: aGet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/AGetRequest'}}}}
      responses: {"200": {content: {application/json: {schema: {$ref: '#/components/schemas/AGetResponse'}}}}}
  /b/get:
    post:
      operationId: bGet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/AGetRequest'}}}}
      responses: {"200": {content: {application/pdf: {schema: {type: string}}}}}
components:
  schemas:
    AGetRequest:
      type: object
      required: [token]
      properties:
        token: {type: string}
        kind: {$ref: '#/components/schemas/Kind'}
        count: {type: integer}
    AGetResponse:
      type: object
      properties:
        name: {type: string}
    Kind: {type: string, enum: [x, y]}
`

func plant(t *testing.T, old, replaced string) *Contract {
	t.Helper()
	require.Contains(t, planted, old)
	c, err := ReadOpenAPI([]byte(strings.Replace(planted, old, replaced, 1)), "test")
	require.NoError(t, err)
	return c
}

// TestDrift: each kind of change is found, forward and back.
func TestDrift(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, old, replaced string
		forward, back       []string
	}{
		{"nothing", "AGetRequest:", "AGetRequest:", nil, nil},
		{"an operation", "  /b/get:", "  /c/get:", []string{"added operation POST /c/get (bGet)", "removed operation POST /b/get (bGet)"}, nil},
		{"an id", "operationId: bGet", "operationId: bFetch", []string{"changed operation POST /b/get: id bFetch, was bGet"}, nil},
		{
			"a request", "operationId: bGet\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/AGetRequest'}}}}",
			"operationId: bGet",
			[]string{"changed operation POST /b/get: request (nothing), was AGetRequest"},
			nil,
		},
		{"a media type", "application/pdf", "application/zip", []string{"changed operation POST /b/get: media application/zip, was application/pdf"}, nil},
		{
			"a field", "count: {type: integer}", "count: {type: integer}\n        fresh: {type: string, nullable: true}",
			[]string{"added field AGetRequest: fresh ?string"},
			[]string{"removed field AGetRequest: fresh ?string"},
		},
		{"a type of a field", "count: {type: integer}", "count: {type: string}", []string{"changed field AGetRequest: count string, was count integer"}, nil},
		{"a required field", "required: [token]", "required: [token, count]", []string{"changed field AGetRequest: count! integer, was count integer"}, nil},
		{"a value", "[x, y]", "[x, y, z]", []string{"added value Kind: z"}, []string{"removed value Kind: z"}},
		{
			"a kind of a type", "Kind: {type: string, enum: [x, y]}", "Kind: {type: object, properties: {n: {type: string}}}", []string{
				"added field Kind: n string", "changed type Kind: an object, was a set of values",
				"removed value Kind: x", "removed value Kind: y",
			}, nil,
		},
		{
			"a type", "name: {type: string}", "name: {type: string}\n        more: {type: object, properties: {deep: {type: number}}}",
			[]string{"added field AGetResponse: more AGetResponse.more", "added type AGetResponse.more: {deep number}"},
			[]string{"removed field AGetResponse: more AGetResponse.more", "removed type AGetResponse.more: {deep number}"},
		},
		{
			"a set of values", "name: {type: string}", "name: {type: string, enum: [p, q]}", []string{
				"added type AGetResponse.name: one of p, q", "changed field AGetResponse: name AGetResponse.name, was name string",
			}, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before, now := plant(t, test.old, test.old), plant(t, test.old, test.replaced)
			require.Equal(t, test.forward, Drift(before, now))
			if test.back != nil {
				require.Equal(t, test.back, Drift(now, before))
			}
			require.Len(t, Drift(now, before), len(test.forward))
		})
	}
}

// TestDriftWithOverlays: what a newer specification has by itself is no change, its line of an overlay is left out.
func TestDriftWithOverlays(t *testing.T) {
	t.Parallel()
	const overlay = `
sources: {doc: the documents}
rules: [{rule: text, is: string, text: t, confidence: assumed, from: doc}]
fields: [{type: AGetRequest, add: fresh string, from: doc}]
values: [{type: Kind, add: [z], from: doc}]
operations: [{id: cGet, method: POST, path: /c/get, family: plaid, from: doc}]
types: [{type: Late, from: doc}]
dropped: [{path: /b/get, since: "2021", from: doc}]
`
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "o.yaml"), []byte(overlay), 0o600))
	build := func(old, replaced string) (*Contract, []string) {
		overlays, err := ReadOverlays(dir)
		require.NoError(t, err)
		c := plant(t, old, replaced)
		misfits, err := c.MergeAnyway(overlays)
		require.NoError(t, err)
		return c, misfits
	}
	committed, misfits := build("count:", "count:")
	require.Empty(t, misfits)
	for _, test := range []struct {
		name, old, replaced, misfit string
		lines                       []string
	}{
		{"a field", "count:", "fresh: {type: string}\n        count:", "o.yaml: type AGetRequest has a field fresh already", nil},
		{"an operation", "  /b/get:", "  /c/get: {post: {operationId: cGet}}\n  /b/get:", "o.yaml: operation POST /c/get exists already", []string{
			"changed operation POST /c/get: media (nothing), was application/json",
		}},
		{"no operation", "  /b/get:", "  /d/get:", "o.yaml: no operation POST /b/get", []string{
			"added operation POST /d/get (bGet)", "removed operation POST /b/get (bGet)",
		}},
	} {
		newer, misfits := build(test.old, test.replaced)
		require.Equal(t, []string{test.misfit}, misfits, test.name)
		require.Equal(t, test.lines, Drift(committed, newer), test.name)
	}

	newer, misfits := build("  /b/get:", "  /d/get:")
	var out bytes.Buffer
	require.NoError(t, PrintDrift(&out, "d.yaml", committed, newer, misfits))
	require.Equal(t, "added operation POST /d/get (bGet)\nremoved operation POST /b/get (bGet)\n"+
		"left out o.yaml: no operation POST /b/get\n"+
		"d.yaml: 1 added, 0 changed, 1 removed; 1 lines of overlays left out\n", out.String())
}
