package scenario

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// seeds adds all good and bad files as seeds.
func seeds(f *testing.F) {
	f.Helper()
	for _, folder := range []string{"good", "bad"} {
		files, err := filepath.Glob("testdata/" + folder + "/*")
		require.NoError(f, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(data)
		}
	}
}

// FuzzLoad requires that no bytes panic, that every refusal says where, and that an
// accepted scenario can be written and loaded again.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Add([]byte("rules: [{call: '*', then: {body: \"\\u0085\\t\"}}]"))
	f.Add([]byte("\xef\xbb\xbfname: bom"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Load("fuzz", data)
		if err != nil {
			var problems Problems
			require.ErrorAs(t, err, &problems)
			for _, p := range problems {
				require.NotEmpty(t, p.What)
				require.True(t, p.Line > 0 && p.Column > 0 || len(data) > maxBytes, "%v", p)
			}
			return
		}
		again(t, s)
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
