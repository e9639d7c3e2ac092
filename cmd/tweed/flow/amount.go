package flow

import (
	"fmt"
	"strconv"
	"strings"
)

// maxWholeDollars bounds an amount to nine digits before the point, far inside an int64 of cents.
const maxWholeDollars = 9

// ParseAmount reads a decimal dollar amount such as 1500, 1500.5 or 1500.00 as whole cents. It takes no sign, no
// exponent, no thousands separators and no more than two decimals, and refuses zero: an amount of money is never
// rounded and never goes through a float.
func ParseAmount(text string) (cents int64, err error) {
	whole, fraction, point := strings.Cut(text, ".")
	if !digits(whole) || (point && (!digits(fraction) || len(fraction) > 2)) {
		return 0, fmt.Errorf("flow: amount %q is not dollars with at most two decimals, such as 100.00", text)
	}
	if whole = strings.TrimLeft(whole, "0"); len(whole) > maxWholeDollars {
		return 0, fmt.Errorf("flow: amount %q is more than %d digits of dollars", text, maxWholeDollars)
	}
	fraction = (fraction + "00")[:2]
	cents, err = strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("flow: amount %q: %w", text, err)
	}
	if cents == 0 {
		return 0, fmt.Errorf("flow: amount %q is zero", text)
	}
	return cents, nil
}

// FormatAmount writes cents as dollars with two decimals, which is also a JSON number with exactly those digits.
func FormatAmount(cents int64) string {
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
