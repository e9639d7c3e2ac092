package main

import (
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
	require.Equal(t, header(contract(), "Shapes of the requests and replies of every operation.")+
		"=A object\nx integer\n=B open\nk! ?[]Kind ^known\n=Kind enum p|q r\n", string(out.shapes))
	require.Contains(t, string(out.examples), "{\"x\":1}\n")
	require.Contains(t, string(out.table), `"aGet", Method: "GET"`)
	require.Contains(t, string(out.table), `exampleLen: 7, Made: "made"}`)
	require.Contains(t, string(out.table), "// assumed: here\n\t{name: \"known\", is: isKnown, text: \"t\"},")

	again, err := compile(contract())
	require.NoError(t, err)
	require.Equal(t, out, again)
}
