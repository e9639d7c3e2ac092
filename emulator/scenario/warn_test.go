package scenario

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// warnings loads a scenario and returns what it is warned of.
func warnings(t *testing.T, text string) []string {
	t.Helper()
	s, err := Load("f", []byte(text))
	require.NoError(t, err)
	var got []string
	for _, w := range s.Warnings() {
		require.Positive(t, w.Line, w)
		got = append(got, w.String())
	}
	return got
}

func TestRulesThatCannotAct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules string
		want  []string
	}{
		"same call": {`
  - {name: a, call: /item/get, then: {delay: 1s}}
  - {name: b, call: /item/get, where: {item: i}, then: {delay: 1s}}`, []string{
			`f:3:5: the rule "b" can never act; the rule "a" stands before it, matches the same calls and acts without end`,
		}},
		"wildcard": {`
  - {call: "/item/*", then: {delay: 1s}}
  - {call: [/item/get, POST /item/remove], then: {delay: 1s}}`, []string{
			`f:3:5: rule 2 can never act; rule 1 stands before it, matches the same calls and acts without end`,
		}},
		"same where": {`
  - {call: /item/get, where: {item: i}, then: {delay: 1s}}
  - {call: POST /item/get, where: {item: i}, then: {delay: 1s}}`, []string{
			`f:3:5: rule 2 can never act; rule 1 stands before it, matches the same calls and acts without end`,
		}},
		"wider where": {`
  - {call: /item/get, where: {item: [i, j], user: present}, then: {delay: 1s}}
  - {call: /item/get, where: {item: j, user: user_good, client_user_id: c}, then: {delay: 1s}}`, []string{
			`f:3:5: rule 2 can never act; rule 1 stands before it, matches the same calls and acts without end`,
		}},
		"wider bounds": {`
  - {ach: any, where: {amount_cents: {min: 100}}, then: {reject: NSF}}
  - {ach: deposit, where: {amount_cents: {min: 100, max: 200}}, then: {reject: NSF}}
  - {ach: deposit, where: {amount_cents: [100, 1e3]}, then: {reject: NSF}}
  - {ach: deposit, where: {amount_cents: {min: 99}}, then: {reject: NSF}}
  - {ach: deposit, where: {amount_cents: {max: 100}}, then: {reject: NSF}}`, []string{
			`f:3:5: rule 2 can never act; rule 1 stands before it, matches the same transfers and acts without end`,
			`f:4:5: rule 3 can never act; rule 1 stands before it, matches the same transfers and acts without end`,
		}},
		"null and missing": {`
  - {call: /item/get, where: {item: missing}, then: {delay: 1s}}
  - {call: /item/get, where: {item: null}, then: {delay: 1s}}
  - {call: /item/get, where: {item: present}, then: {delay: 1s}}
  - {call: /item/get, where: {item: [x, null]}, then: {delay: 1s}}`, []string{
			`f:3:5: rule 2 can never act; rule 1 stands before it, matches the same calls and acts without end`,
			`f:5:5: rule 4 can never act; rule 3 stands before it, takes item "x", and others take the rest and acts without end`,
		}},
		"other where": {`
  - {call: /item/get, where: {item: i}, then: {delay: 1s}}
  - {call: /item/get, where: {item: j}, then: {delay: 1s}}
  - {call: /item/get, then: {delay: 1s}}`, nil},
		"times": {`
  - {call: /item/get, times: 1, then: {delay: 1s}}
  - {call: /item/get, skip: 1, then: {delay: 1s}}
  - {call: /item/get, every: 2, then: {delay: 1s}}
  - {call: /item/get, chance: 0.5, then: {delay: 1s}}
  - {call: /item/get, then: [pass]}
  - {call: /item/get, then: {delay: 1s}}`, nil},
		"one call of two": {`
  - {call: /item/get, then: {delay: 1s}}
  - {call: [/auth/get, /item/get], then: {delay: 1s}}`, []string{
			`f:3:24: rule 2 never acts on /item/get; rule 1 stands before it, matches the same calls and acts without end`,
		}},
		"one value of two": {`
  - {name: a, call: /item/get, where: {item: i}, then: {delay: 1s}}
  - {call: /item/get, where: {item: [h, i]}, then: {delay: 1s}}`, []string{
			`f:3:41: rule 2 never acts where item is "i"; the rule "a" stands before it, takes those calls and acts without end`,
		}},
		"the special one first": {`
  - {call: /item/get, then: {delay: 1s}}
  - {call: "/item/*", then: {delay: 1s}}
  - {ach: deposit, then: {reject: NSF}}
  - {ach: any, then: {reject: NSF}}`, nil},
		"entries behind times": {`
  - {call: /item/get, times: 1, then: [{delay: 1s}, {delay: 2s}]}
  - {call: /item/get, times: 3, then: [{delay: 1s}, {delay: 2s}]}`, []string{
			`f:2:53: this entry of the list is never used; times ends the rule after 1; remove times, or the entries behind`,
		}},
		"a fact of other calls": {`
  - {call: /institutions/get_by_id, where: {item_alias: missing, amount_cents: 5}, then: {delay: 1s}}
  - {call: [/institutions/get_by_id, /item/get], where: {item: i}, then: {delay: 1s}}
  - {call: /institutions/get_by_id, where: {institution_id: ins_109508, client_id: c}, then: {delay: 1s}}
  - {call: "*", where: {amount_cents: 5}, then: {delay: 1s}}
  - {call: /item/get, where: {products: auth}, then: {delay: 1s}}
  - {call: [/link/token/create, /exchange_token], where: {products: auth}, then: {delay: 1s}}
  - {call: /exchange_token, where: {institution_id: ins_109508, account_id: a}, then: {delay: 1s}}
  - {call: "/sentinel/*", where: {account: A, institution_id: ins_109508}, then: {delay: 1s}}
  - {call: /link/v2/stable/session/bank, where: {user: present, products: auth, attempt: 1, account_mask: 0000}, then: {delay: 1s}}
  - {call: /link/v2/stable/session/open, where: {client_id: c, item: i}, then: {delay: 1s}}
  - {call: /link/v2/stable/session/step, where: {client_id: c}, then: {delay: 1s}}`, []string{
			`f:2:66: the rule can never act: no call of /institutions/get_by_id has "amount_cents"; ` +
				`it has attempt, client_id, country_codes, institution_id, options, public_key, world`,
			`f:6:31: the rule can never act: no call of /item/get has "products"; it has access_token, account_mask, ` +
				`attempt, client_id, client_user_id, institution_id, item, item_alias, user, world`,
			`f:10:93: the rule can never act: no call of /link/v2/stable/session/bank has "account_mask"; it has ` +
				`attempt, client_user_id, institution_id, item, item_alias, oauth_state_id, products, user, world`,
			`f:12:50: the rule can never act: no call of /link/v2/stable/session/step has "client_id"; it has ` +
				`account, account_again, account_ids, action, amounts, attempt, client_user_id, code, institution_id, ` +
				`item, item_alias, link_session_id, name, password, pin, products, query, responses, routing, ` +
				`subtype, user, username, world`,
		}},
		"values that nothing has": {`
  - {call: /item/get, where: {institution_id: [ins_109508, ins_109509000]}, then: {delay: 1s}}
  - {call: /item/get, where: {user: user_godo}, then: {delay: 1s}}
  - {call: /auth/get, where: {account_mask: 0001}, then: {delay: 1s}}
  - {call: /processor/auth/get, where: {account_mask: 4242}, then: {delay: 1s}}
  - {ach: deposit, where: {account_mask: 4242}, then: {reject: NSF}}`, []string{
			`f:2:60: no institution of the Sandbox has the institution_id "ins_109509000"; did you mean "ins_109509"?`,
			`f:3:37: no test user of the Sandbox has the user "user_godo"; did you mean "user_good"?`,
			`f:5:55: no account of a test user has the account_mask "4242"`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, warnings(t, "rules:"+c.rules))
		})
	}
	require.Empty(t, warnings(t, "given: {items: [{user: user_custom}]}\n"+
		"rules: [{call: /auth/get, where: {account_mask: 4242}, then: {delay: 1s}}]"), "a user_custom has any account")
}

func TestExpectationsThatCannotBeMet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"no such call": {`
steps: [{call: /institutions/get}, {flow: accounts}, {call: /no/such/path, expect: {status: 404}}]
expect:
  calls:
    - {call: /item/get}
    - {call: /item/get, count: 0}
    - {call: /item/get, count: [0, 1]}
    - {call: /item/get, count: {max: 1}}
    - {call: "/institutions/*", count: {min: 2}}
    - {call: /institutions/get, count: 2}
    - {call: /accounts/get, count: 7}
    - {call: /processor/token/create}
    - {call: "*", count: 99}`, []string{
			`f:5:14: nothing calls /item/get; the scenario has steps, and neither they nor their flow do`,
			`f:9:40: /institutions/* is called 1 time at most; the steps do not call it more often`,
			`f:10:40: /institutions/get is called 1 time at most; the steps do not call it more often`,
			`f:12:14: nothing calls /processor/token/create; the scenario has steps, and neither they nor their flow do`,
		}},
		"an application may call": {`
expect: {calls: [{call: /item/get, count: 3}]}`, nil},
		"a login comes by itself": {`
steps: [{call: "GET /sentinel/api/v1/transfers/achs/${world.name}"}]
expect: {calls: [{call: /legit/api/v1/cc/token}, {call: "GET /sentinel/api/v1/transfers/achs/{id}", count: 1}]}`, nil},
		"a reference without braces": {`
given: {items: [{as: alice}]}
steps:
  - {call: GET /sentinel/api/v1/transfers/achs/$alice.item_id, expect: {body: {a: costs $5.00, b: $bob.x or y, c: $$alice.x or y}}}
  - {call: /item/get, with: {access_token: $alice.access_token, b: [{c: see $alice.item_id}]}}`, []string{
			`f:4:12: "$alice.item_id" is sent as it is; inside of a text write ${alice.item_id}`,
			`f:5:73: "$alice.item_id" is sent as it is; inside of a text write ${alice.item_id}`,
		}},
		"the end needs the flow": {`
steps: [{call: /institutions/get}]
expect: {flow: {ends: completed}, calls: [{call: /processor/apex/processor_token/create}]}`, nil},
		"an error with another status": {`
steps:
  - {call: /item/get, expect: {status: 200, error: ITEM_LOCKED}}
  - {call: /item/get, expect: {status: 400, error: ITEM_LOCKED}}
  - {call: /exchange_token, expect: {status: 400, error: 1106}}
expect:
  calls: [{call: /item/get, status: 429, error: ITEM_LOCKED}]`, []string{
			`f:3:40: ITEM_LOCKED never comes with status 200; its status is 400`,
			`f:5:46: 1106 never comes with status 400; its status is 401`,
			`f:7:37: ITEM_LOCKED never comes with status 429; its status is 400`,
		}},
		"a rule gives the status": {`
rules: [{call: /item/get, then: {error: {code: ITEM_LOCKED, status: 503}}}]
steps: [{call: /item/get, expect: {status: 503, error: ITEM_LOCKED}}]`, nil},
		"returned by nothing": {`
rules: [{ach: deposit, then: {reject: NSF}}]
expect: {flow: {ends: returned}}`, []string{
			`f:3:23: nothing makes the flow end returned; write a rule with ach: deposit and then: {return: R01}, or let the user be user_returns`,
		}},
		"rejected by nothing": {`
expect: {flow: {ends: rejected, reason: NSF}}`, []string{
			`f:2:23: nothing makes the flow end rejected; write a rule with ach: deposit and then: {reject: NSF}, or let the user be user_returns`,
		}},
		"another reason": {`
rules: [{ach: deposit, then: [{return: R01}, {return: R02}]}]
expect: {flow: {ends: returned, reason: R03}}`, []string{
			`f:3:41: no rule gives the reason "R03"; the rules give R01, R02`,
		}},
		"a user for it": {`
steps: [{flow: deposit, with: {user: user_returns}}]
expect: {flow: {ends: returned, reason: R03}}`, nil},
		"a step adds the rule": {`
steps:
  - {call: POST /_tweed/rules, with: {ach: deposit, then: {return: R02}}}
  - {call: /item/get, expect: {status: 503, error: ITEM_LOCKED}}
expect: {flow: {ends: returned, reason: R02}}`, nil},
		"the balance check": {`
assume: {balance_check: "on"}
expect: {flow: {ends: rejected}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, warnings(t, c.text))
		})
	}
}

// TestWarningsAreLinear loads rules that would take minutes if each were compared with each.
func TestWarningsAreLinear(t *testing.T) {
	t.Parallel()
	var rules strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&rules, "- {call: /item/get, where: {item: i%d}, then: {delay: 1s}}\n", i)
	}
	s, err := Load("f", []byte("rules:\n"+rules.String()))
	require.NoError(t, err)
	require.Empty(t, s.Warnings())
}
