package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body   string
		fields map[string]any // nil is an error
	}{
		{``, map[string]any{}},
		{" \r\n\t", map[string]any{}},
		{`{}`, map[string]any{}},
		{` {"a":1} `, map[string]any{"a": json.Number("1")}},
		{`{"a":1.50,"b":12345678901234567890,"c":-0,"d":1e400}`, map[string]any{
			"a": json.Number("1.50"), "b": json.Number("12345678901234567890"), "c": json.Number("-0"), "d": json.Number("1e400"),
		}},
		{`{"a":null,"b":[{"c":true}]}`, map[string]any{"a": nil, "b": []any{map[string]any{"c": true}}}},
		{"{\"a\" :\t[ 1 ,\n\"[]\\\"\" , false\r] , \"\\u00e9\" : { } }", map[string]any{
			"a": []any{json.Number("1"), `[]"`, false}, "é": map[string]any{},
		}},
		{`{"a":1,"a":2}`, map[string]any{"a": json.Number("2")}},
		{`{"a":"\ud83d\ude00"}`, map[string]any{"a": "😀"}},
		{"{\"a\":\"\xff\"}", map[string]any{"a": "\ufffd"}},
		{`null`, nil},
		{`[]`, nil},
		{`"a"`, nil},
		{`1`, nil},
		{`{`, nil},
		{`{"a"}`, nil},
		{`{"a":01}`, nil},
		{`{'a':1}`, nil},
		{`{} {}`, nil},
		{`{}x`, nil},
		{`{},`, nil},
		{"\ufeff{}", nil},
		{"\x00", nil},
		{strings.Repeat(`{"a":`, 20_000) + `1` + strings.Repeat(`}`, 20_000), nil},
	} {
		got, err := DecodeJSON(&Request{Body: []byte(test.body)})
		name := test.body[:min(40, len(test.body))]
		if test.fields == nil {
			require.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, test.fields, got.Fields, name)
		require.True(t, json.Valid(got.Raw), name)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"a":[1,{"b":null}]}`, `null`, `[1]`, `{"a":1}{`, `{"a":"\u0000"}`, "{\"\xff\":1}",
		`{ "a\"" : [ -1.5e3 , true , "\ud800" , {} ] , "a" : [ [] ] }`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		got, err := DecodeJSON(&Request{Body: body})
		require.Equal(t, before, body, "the journal keeps these bytes")
		if err != nil {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(got.Raw))
		dec.UseNumber()
		var wanted map[string]any
		require.NoError(t, dec.Decode(&wanted))
		require.Equal(t, wanted, got.Fields)
		require.True(t, json.Valid(got.Raw))
		require.NotNil(t, got.Fields)
		again := FromFields(got.Fields)
		second, err := DecodeJSON(&Request{Body: again.Raw})
		require.NoError(t, err)
		require.Equal(t, got.Fields, second.Fields)
	})
}

func TestBodyAccess(t *testing.T) {
	t.Parallel()
	b := FromFields(map[string]any{"text": "x", "null": nil})
	require.JSONEq(t, `{"text":"x","null":null}`, string(b.Raw))
	require.Equal(t, "x", b.Text("text"))
	require.Empty(t, b.Text("null"))
	require.Empty(t, b.Text("absent"))
	require.JSONEq(t, `{}`, string(FromFields(map[string]any{"no JSON": func() {}}).Raw))
	var v struct{ Text string }
	require.NoError(t, b.Into(&v))
	require.Equal(t, "x", v.Text)
	require.NoError(t, Body{}.Into(&v))
}

func TestEncodeJSON(t *testing.T) {
	t.Parallel()
	got, err := EncodeJSON(struct {
		B string          `json:"b"`
		A []int           `json:"a"`
		R json.RawMessage `json:"r"`
		N json.Number     `json:"n"`
	}{B: `<a href="x">&</a>`, A: []int{}, R: json.RawMessage(`{"x":[1]}`), N: "1.50"})
	require.NoError(t, err)
	require.Equal(t, []string{
		`{`, `  "b": "<a href=\"x\">&</a>",`, `  "a": [],`, `  "r": {`, `    "x": [`, `      1`, `    ]`, `  },`, `  "n": 1.50`, `}`,
	}, strings.Split(string(got), "\n"))
	got, err = EncodeJSON(map[string]any{"z": 1, "a": map[string]any{}})
	require.NoError(t, err)
	require.Equal(t, []string{`{`, `  "a": {},`, `  "z": 1`, `}`}, strings.Split(string(got), "\n"))
	_, err = EncodeJSON(func() {})
	require.Error(t, err)
	require.Panics(t, func() { JSONReply(200, func() {}) })
}

func TestHandle(t *testing.T) {
	t.Parallel()
	type request struct {
		Count int `json:"count"`
	}
	run := Handle(func(c *Call, req request) (int, error) {
		c.Note("%d", req.Count)
		return req.Count + 1, nil
	})
	c := &Call{Body: FromFields(map[string]any{"count": 1})}
	answer, err := run(c)
	require.NoError(t, err)
	require.Equal(t, 2, answer)
	require.Equal(t, []string{"1"}, c.notes)
	_, err = run(&Call{Body: FromFields(map[string]any{"count": "x"})})
	require.Equal(t, "TWEED_BAD_REQUEST", errorOf(err).Row.Code)
}

func TestCall(t *testing.T) {
	t.Parallel()
	c := &Call{req: &Request{Query: "a=1", Host: "example.com:80"}}
	_, ok := c.Kept("x")
	require.False(t, ok)
	c.Keep("x", nil)
	value, ok := c.Kept("x")
	require.True(t, ok)
	require.Nil(t, value)
	require.Equal(t, "a=1", c.Query())
	require.Equal(t, "example.com:80", c.Host())
	require.Equal(t, "parked for 1s", Park{Patience: 1e9}.Error())
}
