package sentinel

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// maxExponent bounds the exponent of an amount. JSON libraries write one for large numbers (1.0E7).
const maxExponent = 20

// parseCents reads a decimal amount of dollars, as a JSON number or as text, as whole cents. It is false for anything
// that is not above zero, that is no whole number of cents or that exceeds maxAmountCents: an amount of money is never
// rounded and never goes through a float.
func parseCents(text string) (cents int64, ok bool) {
	mantissa, exponent := text, 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		n, err := strconv.Atoi(text[at+1:])
		if err != nil || n < -maxExponent || n > maxExponent {
			return 0, false
		}
		mantissa, exponent = text[:at], n
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	if !digits(whole) || point && !digits(fraction) {
		return 0, false
	}
	shift := exponent - len(fraction) + 2
	all := strings.TrimLeft(whole+fraction, "0")
	if shift < 0 {
		kept := len(all) + shift
		if kept <= 0 || strings.Trim(all[kept:], "0") != "" {
			return 0, false
		}
		all, shift = all[:kept], 0
	}
	if all == "" || len(all)+shift > len(strconv.Itoa(maxAmountCents)) {
		return 0, false
	}
	cents, err := strconv.ParseInt(all+strings.Repeat("0", shift), 10, 64)
	return cents, err == nil && cents <= maxAmountCents
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// amountOf reads the field of a request that is a number or text.
func amountOf(value any) (cents int64, ok bool) {
	switch v := value.(type) {
	case json.Number:
		return parseCents(v.String())
	case string:
		return parseCents(v)
	}
	return 0, false
}

// dollars writes cents as a JSON number. Whole dollars have no decimals, so that a client may read them as an integer,
// as Alpaca's gobroker does with a total.
func dollars(cents int64) json.Number {
	if cents < 0 {
		return "-" + dollars(-cents)
	}
	if cents%100 == 0 {
		return json.Number(strconv.FormatInt(cents/100, 10))
	}
	return json.Number(fmt.Sprintf("%d.%02d", cents/100, cents%100))
}
