package scenario

import (
	"reflect"
	"slices"
	"strings"

	"tweed/emulator/internal/nacha"
)

// NOC is a notification of change: the bank took the transfer, but says what has to be
// right from now on.
//
//	noc: C01
//	noc: {code: C03, account_number: "987654321", routing_number: "121000358"}
//
// A value that the code corrects and that is not given is made up: another account or
// routing number of the same form, the other type.
type NOC struct {
	// Code is a Nacha change code, C01 to C14; C61 and above refuse a notification.
	Code string `yaml:"code"`
	// AccountNumber is the right number, 17 characters at most.
	AccountNumber string `yaml:"account_number"`
	// RoutingNumber is the right one, nine digits with a right check digit.
	RoutingNumber string `yaml:"routing_number"`
	// Type is CHECKING or SAVINGS.
	Type string `yaml:"type"`
}

func (n *NOC) decodeNode(r *report, from *node, at place) {
	if from.kind == scalar && from.sort != null {
		n.Code = from.value
		return
	}
	if from.kind != mapping {
		r.add(at, "here stands "+from.what(), "it must be a code, or a mapping such as {code: C01, account_number: \"987\"}")
		return
	}
	r.decodeStruct(from, reflect.ValueOf(n).Elem(), at)
}

func (NOC) schema(d *describer) schema {
	d.define("ChangeCode", func() schema {
		codes, titles := changeCodes()
		return schema{"enum": codes, "enumDescriptions": titles}
	})
	return d.about(anyOf(ref("ChangeCode"), d.members(reflect.TypeFor[NOC]())), "NOC", "")
}

func (NOC) limits() limits {
	return limits{
		keys:  map[string]schema{"code": ref("ChangeCode"), "type": words(accountTypes...)},
		whole: schema{"type": "object", "required": []string{"code"}},
	}
}

func (n NOC) encodeNode() *node {
	type members NOC
	all := encode(reflect.ValueOf(members(n)))
	if len(all.keys) == 1 && n.Code != "" {
		return textNode(n.Code)
	}
	return all
}

var nocEffect = effect{
	key: "noc", seats: atACH, instead: true,
	used: func(t *Then) bool { return t.NOC != NOC{} },
	check: func(r *report, _ *Rule, t *Then, at place) {
		t.NOC.check(r, at.key("noc"))
	},
	prepare: func(t *Then) action {
		noc := t.NOC
		return func(p *Plan, _ use) { p.fate.NOC = noc }
	},
}

// changeCodes are the codes that a notification of change can have, and what they mean.
func changeCodes() (codes, titles []string) {
	for _, one := range nacha.Changes() {
		if !one.Refusal {
			codes, titles = append(codes, one.Code), append(titles, one.Title)
		}
	}
	return codes, titles
}

var accountTypes = []string{"CHECKING", "SAVINGS"}

// maxAccountNumber is documented (klane67/apex_clearing, 2016).
const maxAccountNumber = 17

func (n NOC) check(r *report, at place) {
	code := at
	if at.has("code") {
		code = at.key("code")
	}
	codes, _ := changeCodes()
	change, ok := nacha.FindChange(n.Code)
	_, returns := nacha.FindReturn(n.Code)
	switch {
	case n.Code == "":
		r.add(code, "the notification has no code", "write noc: C01, or noc: {code: C01, ...}")
		return
	case !ok && returns:
		r.add(code, n.Code+" is no change code but a return code", "write {return: "+n.Code+"}")
	case !ok:
		r.add(code, "unknown change code "+quote(n.Code), codeMeant(n.Code, codes))
		return
	case change.Refusal:
		r.add(code, n.Code+" refuses a notification of change", "a notification is one of "+strings.Join(codes, ", "))
		return
	}
	for _, value := range []struct {
		key, text string
		part      nacha.Part
	}{
		{"account_number", n.AccountNumber, nacha.AccountNumber},
		{"routing_number", n.RoutingNumber, nacha.RoutingNumber},
		{"type", n.Type, nacha.AccountType},
	} {
		if value.text != "" && !slices.Contains(change.Corrects, value.part) {
			r.add(at.name(value.key), n.Code+" ("+change.Title+") corrects no "+value.key, "remove it, or write another code")
		}
	}
	if len([]rune(n.AccountNumber)) > maxAccountNumber {
		r.add(at.key("account_number"), "the account number is too long", "at most 17 characters")
	}
	if n.RoutingNumber != "" {
		if err := nacha.ValidRouting(n.RoutingNumber); err != nil {
			r.fault(at.key("routing_number"), err)
		}
	}
	oneOf(r, n.Type, accountTypes, at, "type")
}
