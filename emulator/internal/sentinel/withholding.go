package sentinel

import (
	"encoding/json"
	"math/big"
	"strings"

	"tweed/emulator/internal/api"
)

// withholdings are the members of iraDetails that keep tax back from a withdrawal.
var withholdings = []string{"federalTaxWithholding", "stateTaxWithholding"}

// percentage is the valueType of a share of the requested amount; FIXED means dollars.
const percentage = "PERCENTAGE"

// checkWithholding looks at what the contract cannot check. Errors: VALIDATION_FAILED.
func checkWithholding(details map[string]any) error {
	for _, name := range withholdings {
		withholding, ok := details[name].(map[string]any)
		if !ok {
			continue
		}
		field := "iraDetails." + name
		if withholding["valueType"] == nil || withholding["valueType"] == "" {
			return invalid(field+".valueType", "is required")
		}
		if !isWithheld(withholding["value"], withholding["valueType"] == percentage) {
			return invalid(field+".value", "must be dollars from 0, or a percentage from 0 to 100")
		}
	}
	return nil
}

// withheldOf is what the iraDetails of a withdrawal keep back of the requested amount, in cents: a percentage is
// rounded half up to the cent (assumed). They have been checked. Errors: VALIDATION_FAILED when nothing is left for the
// bank. That it is this, and not a rejection with TAX_WITHHOLDING_MISMATCH, is assumed.
func withheldOf(c *api.Call, requestedCents int64) (int64, error) {
	details, _ := c.Body.Fields["iraDetails"].(map[string]any)
	var cents int64
	for _, name := range withholdings {
		withholding, ok := details[name].(map[string]any)
		if !ok {
			continue
		}
		share, _ := shareOf(withholding["value"])
		if withholding["valueType"] == percentage {
			share.Mul(share, big.NewRat(requestedCents, 100))
		} else {
			share.Mul(share, big.NewRat(100, 1))
		}
		cents += halfUp(share)
	}
	if cents >= requestedCents {
		return 0, invalid("iraDetails", "withholds "+dollars(cents).String()+" of "+dollars(requestedCents).String()+
			", which leaves nothing for the bank")
	}
	return cents, nil
}

// halfUp rounds what is not below zero to a whole number.
func halfUp(share *big.Rat) int64 {
	up := new(big.Rat).Add(share, big.NewRat(1, 2))
	return new(big.Int).Quo(up.Num(), up.Denom()).Int64()
}

// isWithheld takes whole cents from 0, or a percentage.
func isWithheld(value any, percentage bool) bool {
	share, ok := shareOf(value)
	switch {
	case !ok:
		return false
	case percentage:
		return share.Cmp(big.NewRat(100, 1)) <= 0
	}
	return share.Mul(share, big.NewRat(100, 1)).IsInt()
}

// shareOf reads a decimal number from 0, as a JSON number or as text, exactly.
func shareOf(value any) (*big.Rat, bool) {
	text, _ := value.(string)
	if n, ok := value.(json.Number); ok {
		text = n.String()
	}
	if len(text) > len("99999999.99") || strings.Trim(text, "0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}
