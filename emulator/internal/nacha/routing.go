package nacha

import "fmt"

// ValidRouting checks an ABA routing number: nine digits whose weighted sum (3, 7, 1, repeating) is a multiple of ten.
// The error says what is wrong and what would be right. The Federal Reserve's number ranges are not checked, because
// Plaid's own test number 333333334 lies outside them.
func ValidRouting(s string) error {
	if len(s) != 9 {
		return fmt.Errorf("routing number %q has %d characters; nine digits are right", short(s), len(s))
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return fmt.Errorf("routing number %q has %q at position %d; nine digits are right", s, s[i:i+1], i+1)
		}
	}
	if s == "000000000" {
		return fmt.Errorf("routing number %s is no bank's", s)
	}
	if want := CheckDigit(s[:8]); s[8] != want {
		return fmt.Errorf("routing number %s has the check digit %c; %s%c would be right", s, s[8], s[:8], want)
	}
	return nil
}

// short keeps an error readable whatever came in.
func short(s string) string {
	if len(s) > 20 {
		return s[:20] + "..."
	}
	return s
}

// CheckDigit gives the ninth digit ('0' to '9') of a routing number from its first eight digits; 0 when eight is not
// eight digits.
func CheckDigit(eight string) byte {
	if len(eight) != 8 {
		return 0
	}
	weights := [8]int{3, 7, 1, 3, 7, 1, 3, 7}
	sum := 0
	for i := range len(eight) {
		if eight[i] < '0' || eight[i] > '9' {
			return 0
		}
		sum += weights[i] * int(eight[i]-'0')
	}
	return byte('0' + (10-sum%10)%10)
}

// traceNumbers is how many sequence numbers an ODFI has before they start over.
const traceNumbers = 10_000_000

// TraceNumber gives the 15 digits that name an entry: the first eight digits of the ODFI's routing number (eight or
// nine digits may be given), then the sequence number n in seven digits, starting over after 9,999,999. The error says
// what is wrong with odfi or with a negative n.
func TraceNumber(odfi string, n int) (string, error) {
	switch {
	case len(odfi) != 8 && len(odfi) != 9:
		return "", fmt.Errorf("ODFI %q has %d characters; the first eight or all nine digits of its routing number are right",
			short(odfi), len(odfi))
	case CheckDigit(odfi[:8]) == 0:
		return "", fmt.Errorf("ODFI %q is not all digits", odfi)
	case n < 0:
		return "", fmt.Errorf("sequence number %d is negative", n)
	}
	return fmt.Sprintf("%s%07d", odfi[:8], n%traceNumbers), nil
}
