package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// seeds adds all good, bad and misspelt files as seeds.
func seeds(f *testing.F) {
	f.Helper()
	for _, folder := range []string{"good", "bad", "typos"} {
		files, err := filepath.Glob("testdata/" + folder + "/*")
		require.NoError(f, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(data)
		}
	}
}

// FuzzLoad requires that no bytes panic; that every refusal says what is wrong and where
// in the file; and that an accepted scenario keeps its source, fits the schema, can be
// written and loaded again, and that a rule of it decides.
func FuzzLoad(f *testing.F) {
	seeds(f)
	fits := compiledSchema(f)
	f.Add([]byte("rules: [{call: '*', then: {body: \"\\u0085\\t\"}}]"))
	f.Add([]byte("\xef\xbb\xbfname: bom"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Load("fuzz", data)
		if err != nil {
			var problems Problems
			require.ErrorAs(t, err, &problems)
			for _, p := range problems {
				require.NotEmpty(t, p.What)
				require.Equal(t, "fuzz", p.File)
				require.True(t, within(data, p) || len(data) > maxBytes, "%v", p)
			}
			return
		}
		require.Equal(t, string(data), s.Source())
		for _, w := range s.Warnings() {
			require.True(t, within(data, w), "%v", w)
		}
		again(t, s)
		if doc, ok := read(data); ok && len(s.Assume) == 0 { // Load takes any name under assume
			require.NoError(t, fits.Validate(doc))
		}
		e, err := s.Compile()
		require.NoError(t, err)
		require.Len(t, e.Names(), len(s.Rules))
		l := ledger{}
		plan := e.Decide(call("/item/get", factMap{"item": "x"}), l)
		plan.Commit(l)
		for _, kind := range AnyACH.kinds() {
			require.LessOrEqual(t, effectsOf(e.Fate(string(kind), factMap{"item": "x"}, l)), 1)
		}
	})
}

// within says whether a problem stands in the file: on one of its lines, at a character
// of it or at its end.
func within(data []byte, p Problem) bool {
	lines := strings.Split(string(data), "\n")
	return p.Line > 0 && p.Line <= len(lines) && p.Column > 0 && p.Column <= utf8.RuneCountInString(lines[p.Line-1])+1
}

// FuzzParseRule requires that no bytes panic and that an accepted rule is valid and the
// same when it is written as JSON and read again.
func FuzzParseRule(f *testing.F) {
	f.Add([]byte(`{"call": "/item/get", "where": {"item": "x"}, "then": {"error": "ITEM_LOCKED"}}`))
	f.Add([]byte("call: [/item/get, '*']\nchance: 0.5\nthen: [pass, {delay: [1s, 2s]}]\n"))
	f.Add([]byte("ach: deposit\nwhere: {amount_cents: {min: 5}}\nthen: {return: R01, after: 2 banking days}\n"))
	f.Add([]byte("ach: any\nrepeat: true\nthen: [pass, {noc: {code: C03, routing_number: '121000358'}}, {stay: FROZEN, after: 48h}]\n"))
	f.Add([]byte(`{"ach": "withdrawal", "chance": 0.5, "then": {"reject": "NSF", "after": "90m"}}`))
	f.Add([]byte("call: '*'\nuntil: 2 banking days\nthen: {fault: {kind: reset, done: true}, delay: 1ms}\n"))
	f.Add([]byte("call: '*'\nuntil: 2026-01-06T09:00:00.5-05:00\nthen: {rate_limit: {limit: 15, window: 1m, per: item, error: ITEM_LOCKED}}\n"))
	f.Add([]byte(`{"call": "/item/get", "then": [{"fault": "garbage"}, "pass", {"fault": "truncate", "status": 503}]}`))
	f.Add([]byte("\n!"))
	f.Add([]byte("call: '*'\nthen: {patch: {set: {'/a/*/b': 1}, omit: [/x]}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rule, err := ParseRule(data)
		if err != nil {
			require.ErrorAs(t, err, &Problems{})
			return
		}
		require.NoError(t, rule.Validate())
		written, err := rule.MarshalJSON()
		require.NoError(t, err)
		back, err := ParseRule(written)
		require.NoError(t, err, "%s", written)
		require.Equal(t, rule, back)
		_ = rule.Then.Patch.Apply(map[string]any{"a": []any{map[string]any{"b": 1}}})
	})
}
