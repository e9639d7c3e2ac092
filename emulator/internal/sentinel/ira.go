package sentinel

import (
	"encoding/json"
	"math/big"
	"strings"

	"tweed/emulator/internal/api"
)

// iraOf reads the details of a transfer of an individual retirement account; nil without any. The words have been
// checked; which of the members are needed is not public, so any may be absent. Errors: VALIDATION_FAILED.
func iraOf(c *api.Call) (json.RawMessage, error) {
	details, ok := c.Body.Fields["iraDetails"].(map[string]any)
	if !ok {
		return nil, nil
	}
	if year := details["contributionYear"]; year != nil && !isYear(year) {
		return nil, invalid("iraDetails.contributionYear", "must be a year, such as 2025")
	}
	for _, name := range []string{"federalTaxWithholding", "stateTaxWithholding"} {
		withholding, ok := details[name].(map[string]any)
		if !ok {
			continue
		}
		field := "iraDetails." + name
		if withholding["valueType"] == nil || withholding["valueType"] == "" {
			return nil, invalid(field+".valueType", "is required")
		}
		if !isWithheld(withholding["value"], withholding["valueType"] == "PERCENTAGE") {
			return nil, invalid(field+".value", "must be dollars from 0, or a percentage from 0 to 100")
		}
	}
	return json.Marshal(details)
}

// isYear takes a year of four digits as a number or as text.
func isYear(value any) bool {
	text, isText := value.(string)
	if n, ok := value.(json.Number); ok {
		text, isText = n.String(), true
	}
	return isText && len(text) == 4 && digits(text) && text >= "1900"
}

// isWithheld takes whole cents from 0, or a percentage.
func isWithheld(value any, percentage bool) bool {
	text, _ := value.(string)
	if n, ok := value.(json.Number); ok {
		text = n.String()
	}
	if len(text) > len("99999999.99") || strings.Trim(text, "0123456789.") != "" {
		return false
	}
	share, ok := new(big.Rat).SetString(text)
	if !ok {
		return false
	}
	if percentage {
		return share.Cmp(big.NewRat(100, 1)) <= 0
	}
	return share.Mul(share, big.NewRat(100, 1)).IsInt()
}
