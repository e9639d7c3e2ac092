package scenario

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPatchApply(t *testing.T) {
	t.Parallel()
	const reply = `{"accounts":[{"mask":"0000","b":{"x":1}},{"mask":"1111","b":{"x":2}}],"item":{"a/b":1,"c~d":2},"n":1}`
	for name, c := range map[string]struct{ patch, want, problem string }{
		"set": {
			`set: {/n: 2, /accounts/0/mask: null}`,
			`{"accounts":[{"mask":null,"b":{"x":1}},{"mask":"1111","b":{"x":2}}],"item":{"a/b":1,"c~d":2},"n":2}`,
			"",
		},
		"set new": {
			`set: {/new: {x: [1]}, /item/y: z}`,
			`{"accounts":[{"mask":"0000","b":{"x":1}},{"mask":"1111","b":{"x":2}}],"item":{"a/b":1,"c~d":2,` +
				`"y":"z"},"n":1,"new":{"x":[1]}}`,
			"",
		},
		"set in new": {`set: {/new: {}, /new/x: 1}, omit: [/accounts, /item]`, `{"n":1,"new":{"x":1}}`, ""},
		"escapes":    {`set: {/item/a~1b: 3}, omit: [/item/c~0d, /accounts]`, `{"item":{"a/b":3},"n":1}`, ""},
		"each": {
			`set: {"/accounts/*/mask": null}, omit: ["/accounts/*/b", /item]`,
			`{"accounts":[{"mask":null},{"mask":null}],"n":1}`,
			"",
		},
		"append":        {`set: {/accounts/-: 1}, omit: [/accounts/0, /accounts/0, /item]`, `{"accounts":[1],"n":1}`, ""},
		"replace items": {`set: {"/accounts/*": 0}, omit: [/item, /n]`, `{"accounts":[0,0]}`, ""},
		"empty a list":  {`omit: ["/accounts/*", /item]`, `{"accounts":[],"n":1}`, ""},
		"no parent": {
			`set: {/nope/x: 1}`,
			"",
			`patch set /nope/x: the answer has no member "nope"; it has accounts, item, n`,
		},
		"nothing there": {
			`omit: [/item/x, /n]`,
			`{"accounts":[{"mask":"0000","b":{"x":1}},{"mask":"1111","b":{"x":2}}],"item":{"a/b":1,"c~d":2}}`,
			`patch omit /item/x: /item has no member "x"; it has a/b, c~d`,
		},
		"behind": {`set: {/accounts/2: 1}`, "", "patch set /accounts/2: /accounts has 2 items; the last index is 1"},
		"no index": {
			`set: {/accounts/mask: 1, /accounts/01: 1}`,
			"",
			"patch set /accounts/01: /accounts is a list; \"01\" is no index of it, nor * for each\npatch " +
				"set /accounts/mask: /accounts is a list; \"mask\" is no index of it, nor * for each",
		},
		"shuffle two": {
			`shuffle: [/accounts], omit: [/item]`,
			`{"accounts":[{"mask":"1111","b":{"x":2}},{"mask":"0000","b":{"x":1}}],"n":1}`,
			"",
		},
		"shuffle what set made": {
			`set: {"/accounts/*": [1, 2], /accounts/-: [3]}, omit: [/item], shuffle: ["/accounts/*"]`,
			`{"accounts":[[2,1],[2,1],[3]],"n":1}`,
			"",
		},
		"shuffle no list": {
			`shuffle: [/n, /nope, /item]`,
			"",
			"patch shuffle /n: /n is no list\n" +
				"patch shuffle /nope: the answer has no member \"nope\"; it has accounts, item, n\n" +
				"patch shuffle /item: /item is no list",
		},
		"in a scalar": {`set: {/n/x: 1}`, "", "patch set /n/x: /n is no object and no list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule, err := ParseRule([]byte("call: '*'\nthen: {patch: {" + c.patch + "}}"))
			require.NoError(t, err)
			if c.want == "" {
				c.want = reply
			}
			for range 2 { // the patch itself must not change
				var body map[string]any
				require.NoError(t, json.Unmarshal([]byte(reply), &body))
				err := rule.Then.Patch.Apply(body)
				if c.problem == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, c.problem)
				}
				got, err := json.Marshal(body)
				require.NoError(t, err)
				require.JSONEq(t, c.want, string(got))
			}
		})
	}
}
