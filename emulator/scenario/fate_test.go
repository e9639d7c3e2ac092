package scenario

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// effectsOf counts what a fate sets.
func effectsOf(f Fate) int {
	n := 0
	for _, set := range []bool{f.Return != "", f.NOC != NOC{}, f.Reject != "", f.Stay != ""} {
		if set {
			n++
		}
	}
	return n
}

func TestFate(t *testing.T) {
	t.Parallel()
	large, small := factMap{"amount_cents": int64(100_000)}, factMap{"amount_cents": int64(99_999)}
	r01 := Fate{Rule: "a", Return: "R01"}
	type made struct {
		kind  ACH
		facts factMap
		want  Fate
	}
	for name, c := range map[string]struct {
		rules string
		made  []made
	}{
		"no rule":        {`  []`, []made{{Deposit, large, Fate{}}}},
		"no ach rule":    {`  - {call: "*", then: {delay: 1s}}`, []made{{Deposit, large, Fate{}}, {MicroDeposit, large, Fate{}}}},
		"a kind":         {`  - {name: a, ach: deposit, then: {return: R01}}`, []made{{Deposit, nil, r01}, {Withdrawal, nil, Fate{}}, {MicroDeposit, nil, Fate{}}}},
		"any":            {`  - {name: a, ach: any, then: {return: R02}}`, []made{{Withdrawal, nil, Fate{Rule: "a", Return: "R02"}}, {MicroDeposit, nil, Fate{Rule: "a", Return: "R02"}}}},
		"where":          {`  - {name: a, ach: deposit, where: {amount_cents: {min: 100000}}, then: {return: R01}}`, []made{{Deposit, small, Fate{}}, {Deposit, large, r01}}},
		"skip and times": {`  - {name: a, ach: deposit, skip: 1, times: 1, then: {return: R01}}`, []made{{Deposit, nil, Fate{}}, {Deposit, nil, r01}, {Deposit, nil, Fate{}}}},
		"every":          {`  - {name: a, ach: deposit, every: 2, then: {return: R01}}`, []made{{Deposit, nil, Fate{}}, {Deposit, nil, r01}, {Deposit, nil, Fate{}}, {Deposit, nil, r01}}},
		"first match wins": {"  - {name: a, ach: deposit, then: {return: R01}}\n  - {name: b, ach: any, then: {reject: NSF}}", []made{
			{Deposit, nil, r01}, {Withdrawal, nil, Fate{Rule: "b", Reject: "NSF"}},
		}},
		"after": {`  - {name: a, ach: deposit, then: {stay: PENDING, after: 36h}}`, []made{
			{Deposit, nil, Fate{Rule: "a", Stay: "PENDING", After: Span{Duration: 36 * time.Hour}}},
		}},
		"in turn": {`  - {name: a, ach: deposit, then: [{return: R01, after: 3 banking days}, pass, {noc: {code: C01, account_number: 007}}]}`, []made{
			{Deposit, nil, Fate{Rule: "a", Return: "R01", After: Span{BankingDays: 3}}},
			{Deposit, nil, Fate{Rule: "a"}},
			{Deposit, nil, Fate{Rule: "a", NOC: NOC{Code: "C01", AccountNumber: "007"}}},
			{Deposit, nil, Fate{}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, l := compiledOf(t, c.rules), ledger{}
			for i, one := range c.made {
				got := e.Fate(string(one.kind), one.facts, l)
				require.Equal(t, one.want, got, "transfer %d", i+1)
				require.Equal(t, effectsOf(one.want) == 0, got.Empty())
			}
		})
	}
}

// TestFateIsNoCall: rules at ach: leave calls alone, and the other way, also with added rules.
func TestFateIsNoCall(t *testing.T) {
	t.Parallel()
	e, l := compiledOf(t, `
  - {name: calls, call: "*", then: {delay: 1s}}
  - {name: ach, ach: any, then: {reject: NSF}}`), ledger{}
	require.Equal(t, "calls", e.Decide(call("/item/get", nil), l).Rule)
	require.Equal(t, "calls", e.Decide(call("/deposit", nil), l).Rule)
	require.Equal(t, "ach", e.Fate("deposit", nil, l).Rule)
	require.NoError(t, e.Add(Rule{Name: "newer", ACH: Deposit, Times: 1, Then: Return("R01")}))
	require.NoError(t, e.Add(Rule{Name: "newest", Call: "*", Then: Wait(1)}))
	require.Equal(t, "newer", e.Fate("deposit", nil, l).Rule)
	require.Equal(t, uint64(1), Used("newer", l))
	require.Equal(t, "ach", e.Fate("deposit", nil, l).Rule, "a spent rule lets the transfer through")
	require.True(t, e.Remove("ach"))
	require.Empty(t, e.Fate("deposit", nil, l).Rule)
	var none *Engine
	require.Empty(t, none.Fate("deposit", nil, l))
}

// TestFateDice: the same seed gives the same fates; the share is about the chance.
func TestFateDice(t *testing.T) {
	t.Parallel()
	draw := func() (hits int, text string) {
		e, l := compiledOf(t, `  - {name: dice, ach: deposit, chance: 0.3, then: {return: R01}}`), ledger{}
		for range 1000 {
			if e.Fate("deposit", nil, l).Return != "" {
				hits, text = hits+1, text+"x"
				continue
			}
			text += "."
		}
		return hits, text
	}
	hits, first := draw()
	_, again := draw()
	require.Equal(t, first, again)
	require.InDelta(t, 300, hits, 60)
}

func TestFateInGo(t *testing.T) {
	t.Parallel()
	for want, then := range map[string]Then{
		`{"return":"R01"}`:                          Return("R01"),
		`{"return":"R01","after":"2 banking days"}`: Return("R01").In(Span{BankingDays: 2}),
		`{"noc":"C01"}`:                             Correct("C01"),
		`{"noc":{"code":"C05","type":"SAVINGS"}}`:   {NOC: NOC{Code: "C05", Type: "SAVINGS"}},
		`{"reject":"NSF","after":"1h30m"}`:          Reject("NSF").In(Span{Duration: 90 * time.Minute}),
		`{"stay":"FROZEN"}`:                         Stay("FROZEN"),
	} {
		rule := Rule{ACH: AnyACH, Then: then}
		require.NoError(t, rule.Validate(), want)
		text, err := json.Marshal(rule)
		require.NoError(t, err)
		require.Equal(t, `{"ach":"any","then":`+want+`}`, string(text))
		back, err := ParseRule(text)
		require.NoError(t, err)
		require.Equal(t, rule, back)
	}
	for want, rule := range map[string]Rule{
		`rule.then.return: "return" is for transfers; write ach: deposit instead of call`:                      {Call: "/item/get", Then: Return("R01")},
		`rule.then.error: "error" is for calls; a transfer takes return, noc, reject or stay, each with after`: {ACH: Deposit, Then: Error("ITEM_LOCKED")},
		`rule.then.after: after is not above 0; write for example 2 banking days; without it, remove the key`: {
			ACH: Deposit, Then: Return("R01").In(Span{Duration: -1}),
		},
		`rule.then.after: after is in hours and in banking days; use one of both`: {
			ACH: Deposit, Then: Return("R01").In(Span{Duration: 1, BankingDays: 1}),
		},
	} {
		require.EqualError(t, rule.Validate(), want)
	}
}

func TestFateWarnings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rules, want string }{
		"good":      {`{ach: deposit, then: {return: R10}}`, ""},
		"direction": {`{ach: withdrawal, then: {return: R01}}`, "f:1:42: R01 (Insufficient funds) does not answer a withdrawal; a withdrawal is a credit of the bank account"},
		"any":       {`{ach: any, then: {return: R01}}`, "f:1:35: R01 (Insufficient funds) does not answer a withdrawal; a withdrawal is a credit of the bank account"},
		"credit":    {`{ach: deposit, then: {return: R23}}`, "f:1:39: R23 (Credit entry refused by the Receiver) does not answer a deposit; a deposit is a debit of the bank account"},
		"class":     {`{ach: deposit, then: [pass, {return: R29}]}`, "f:1:46: R29 (Corporate customer says not authorized) is for entries of class CCD, CTX; a deposit is WEB"},
		"blocked": {
			"{ach: any, then: {reject: NSF}}, {ach: deposit, then: {reject: OTHER}}",
			"f:1:42: rule 2 can never act; rule 1 stands before it, matches the same transfers and acts without end",
		},
		"micro-deposits": {`{ach: micro_deposit, then: {return: R03}}, {ach: any, then: {reject: OTHER}}`, ""},
		"micro-deposits are credits": {
			`{ach: micro_deposit, then: {return: R01}}`,
			"f:1:45: R01 (Insufficient funds) does not answer a micro_deposit; a micro_deposit is a credit of the bank account",
		},
		"calls do not block": {`{call: "*", then: {delay: 1s}}, {ach: deposit, then: {reject: OTHER}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Load("f", []byte("rules: ["+c.rules+"]"))
			require.NoError(t, err)
			text := ""
			if len(s.Warnings()) > 0 {
				text = s.Warnings().Error()
			}
			require.Equal(t, c.want, text)
		})
	}
}
