package sentinel

import (
	"encoding/json"

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
	if err := checkWithholding(details); err != nil {
		return nil, err
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
