package sentinel

import (
	"encoding/json"
	"fmt"
	"strings"

	"tweed/emulator/internal/world"
)

// feeNone is the value of the fee assumptions for no fee.
const feeNone = "none"

// feeExample is a fee as a scenario writes it: its type and dollars. Apex's own types are not public.
const feeExample = "ACH_FEE 1.50"

// feeAssumption is what a scenario sets the fees of one direction by.
var feeAssumption = map[Direction]string{Incoming: depositFee, Outgoing: withdrawalFee}

// charge is one fee of a transfer, fixed when the transfer is made.
type charge struct {
	Type  string `json:"type"`
	Cents int64  `json:"cents"`
}

// fee is a charge as an answer has it (klane67/apex_clearing).
type fee struct {
	Type                   string      `json:"type"`
	CustomerDebitAmount    json.Number `json:"customerDebitAmount"`
	FirmCreditAmount       json.Number `json:"firmCreditAmount"`
	CorrespondentNetAmount json.Number `json:"correspondentNetAmount"`
}

// chargeOf reads one fee of an assumption.
func chargeOf(text string) (charge, bool) {
	kind, amount, _ := strings.Cut(text, " ")
	cents, ok := parseCents(strings.TrimSpace(amount))
	return charge{Type: kind, Cents: cents}, ok && methodForm.MatchString(kind)
}

func checkFees(value string) error {
	for _, text := range words(value) {
		if _, ok := chargeOf(text); !ok && value != feeNone {
			return fmt.Errorf("%q is no fee; write a type and dollars, for example %s, or %s", text, feeExample, feeNone)
		}
	}
	return nil
}

// chargesOf are the fees of a new transfer.
func chargesOf(w *world.World, direction Direction) []charge {
	var out []charge
	for _, text := range assumed(w, feeAssumption[direction]) {
		if one, ok := chargeOf(text); ok {
			out = append(out, one)
		}
	}
	return out
}

// feeCents is what the customer pays beside the amount.
func (t Transfer) feeCents() int64 {
	var cents int64
	for _, one := range t.Charges {
		cents += one.Cents
	}
	return cents
}

// fees are those of an answer. That the firm gets all of a fee, and that the correspondent neither adds to it nor pays
// it, is assumed.
func (t Transfer) fees() []fee {
	out := []fee{}
	for _, one := range t.Charges {
		out = append(out, fee{
			Type: one.Type, CustomerDebitAmount: dollars(one.Cents), FirmCreditAmount: dollars(one.Cents),
			CorrespondentNetAmount: dollars(0),
		})
	}
	return out
}
