package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/contract/gen/spec"
)

// contract is a small contract, its operations out of order.
func contract() *spec.Contract {
	null := spec.Ref{Items: &spec.Ref{Name: "Kind"}, Nullable: true}
	return &spec.Contract{
		Version: "1",
		Ops: []*spec.Op{
			{ID: "bGet", Method: "POST", Path: "/b", Family: "plaid", Request: "B", Reply: "A", Example: `{"x":1}`, Made: "made"},
			{ID: "aGet", Method: "GET", Path: "/a", Family: "plaid", Media: "application/pdf"},
		},
		Types: map[string]*spec.Type{
			"B":      {Name: "B", Open: true, Fields: []*spec.Field{{Name: "k", Required: true, Type: null, Refuse: "known"}}},
			"A":      {Name: "A", Fields: []*spec.Field{{Name: "x", Type: spec.Ref{Name: "integer"}}}},
			"Kind":   {Name: "Kind", Values: []string{"p", "q r"}},
			"Unused": {Name: "Unused"},
		},
		Empty: []string{"/z", "/y"},
		Rules: []spec.Rule{{Name: "known", Is: "known", Text: "t", Confidence: "assumed", From: "here"}},
	}
}

func TestCompile(t *testing.T) {
	t.Parallel()
	out, err := compile(contract())
	require.NoError(t, err)
	require.Equal(t, header(contract(), "Shapes of the requests and replies of every operation, and of every webhook.")+
		"=A object\nx integer\n=B open\nk! ?[]Kind ^known\n=Kind enum p|q r\n", string(out.shapes))
	require.Contains(t, string(out.examples), "{\"x\":1}\n")
	require.Contains(t, string(out.table), `"aGet", Method: "GET"`)
	require.Contains(t, string(out.table), `exampleLen: 7, Made: "made"}`)
	require.Contains(t, string(out.table), "// assumed: here\n\t{name: \"known\", is: isKnown, text: \"t\"},")

	again, err := compile(contract())
	require.NoError(t, err)
	require.Equal(t, out, again)
}

// TestCompare: another specification is compiled with the overlays, and what it changes is printed.
func TestCompare(t *testing.T) {
	t.Parallel()
	const text = `{"info": {"version": "2"}, "paths": {"/a": {"get": {"operationId": "aGet", "responses": {"200":
		{"content": {"application/json": {"schema": {"type": "object", "properties": {"x": {"type": "integer"}}}}}}}}}}}`
	file := filepath.Join(t.TempDir(), "newer.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	overlay, err := spec.ParseOverlay("o.yaml", []byte("sources: {d: docs}\nvalues: [{type: Kind, add: [z], from: d}]\n"))
	require.NoError(t, err)
	var out bytes.Buffer
	newer, err := compare(&out, contract(), []*spec.Overlay{overlay}, file)
	require.NoError(t, err)
	require.Equal(t, `added type aGetReply: {x integer}
changed operation GET /a: media application/json, was application/pdf
changed operation GET /a: reply aGetReply, was (nothing)
removed operation POST /b (bGet)
removed type A: {x integer}
removed type B: {k! ?[]Kind ^known}
removed type Kind: one of p, q r
left out o.yaml: no set of values Kind
newer.yaml, version 2: 1 added, 2 changed, 4 removed; 1 lines of overlays left out
`, out.String())
	compiled, err := compile(newer)
	require.NoError(t, err)
	require.Contains(t, string(compiled.shapes), "# Compiled by go generate from newer.yaml, version 2,\n")

	_, err = compare(&out, contract(), nil, file+".not")
	require.ErrorIs(t, err, os.ErrNotExist)
}
