package plaid

import (
	"slices"
	"strings"
	"unicode"
)

// How Plaid compares is not public. The scores below are Tweed's, in the bands that the
// OpenAPI file names: 100 is the same, 85 to 99 a strong match, 70 to 84 a partial one, less
// is none (for addresses 90 and 70).
const (
	scoreSame    = 100
	scoreStrong  = 90
	scorePartial = 75
	scoreHalf    = 50 // one of two names
)

// words are the words of a text, in lower case, without what is no letter or digit.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// businessWords make a name that of a business (OpenAPI file, NameMatchScore).
var businessWords = []string{"corp", "corporation", "llc", "inc", "incorporated", "ltd", "company", "co"}

func isBusiness(name []string) bool {
	return slices.ContainsFunc(name, func(w string) bool { return slices.Contains(businessWords, w) })
}

// nicknameMin is how many letters a short form has at least.
const nicknameMin = 3

// nickname says whether one name is the beginning of the other, as Alberta and Albert or
// Jennifer and Jenn (the second is the example of the OpenAPI file).
func nickname(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < nicknameMin || a == b {
		return false
	}
	if n := len(a); n > nicknameMin && a[n-1] == a[n-2] { // the doubled letter of a short form
		a = a[:n-1]
	}
	return strings.HasPrefix(b, a)
}

// matchNames compares two names of a person: middle names count little.
func matchNames(given, known string) *nameScore {
	a, b := words(given), words(known)
	out := &nameScore{IsBusinessNameDetected: isBusiness(a) || isBusiness(b)}
	if len(a) == 0 || len(b) == 0 {
		return out
	}
	first, last := a[0] == b[0], a[len(a)-1] == b[len(b)-1]
	out.IsNicknameMatch = !first && nickname(a[0], b[0])
	out.IsFirstNameOrLastNameMatch = first || last
	inOrder := slices.Equal(a, b)
	slices.Sort(a)
	slices.Sort(b)
	switch {
	case inOrder, slices.Equal(a, b):
		out.Score = scoreSame
	case first && last:
		out.Score = scoreStrong
	case last && out.IsNicknameMatch:
		out.Score = scorePartial
	case first || last:
		out.Score = scoreHalf
	}
	return out
}

// matchEmails compares two addresses; what follows a "+" is left aside, at a price.
func matchEmails(given, known string) int {
	given, known = strings.ToLower(strings.TrimSpace(given)), strings.ToLower(known)
	if given == known {
		return scoreSame
	}
	plain := func(email string) string {
		name, host, _ := strings.Cut(email, "@")
		name, _, _ = strings.Cut(name, "+")
		return name + "@" + host
	}
	if plain(given) == plain(known) {
		return scorePartial
	}
	return 0
}

// nationalDigits is the length of a telephone number without its country.
const nationalDigits = 10

// matchPhones compares the digits of two numbers; a number with an extension fits the one
// without it, at a price.
func matchPhones(given, known string) int {
	digits := func(text string) string {
		all := strings.Map(func(r rune) rune {
			if noDigit(r) {
				return -1
			}
			return r
		}, text)
		if len(all) == nationalDigits+1 || strings.HasPrefix(text, "+") {
			all = strings.TrimPrefix(all, "1") // the country
		}
		return all
	}
	a, b := digits(given), digits(known)
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return scoreSame
	case len(a) >= nationalDigits && len(b) >= nationalDigits && a[:nationalDigits] == b[:nationalDigits]:
		return scorePartial
	}
	return 0
}

// streetWords are the long forms of what streets are abbreviated to.
var streetWords = map[string]string{
	"st": "street", "rd": "road", "ave": "avenue", "ln": "lane", "blvd": "boulevard", "dr": "drive", "ct": "court",
	"apt": "apartment",
}

// The weights of an address's parts. They add up to 100.
const (
	streetWeight   = 40
	cityWeight     = 20
	regionWeight   = 10
	postalWeight   = 30
	postalCompared = 5 // a ZIP code's digits before the hyphen
)

// matchAddresses compares part by part.
func matchAddresses(given, known address) *addressScore {
	long := func(street string) []string {
		all := words(street)
		for i, w := range all {
			if full := streetWords[w]; full != "" {
				all[i] = full
			}
		}
		return all
	}
	code := func(text *string) string {
		joined := strings.Join(words(textOr(text, "")), "")
		return joined[:min(len(joined), postalCompared)]
	}
	postal := code(given.PostalCode)
	out := &addressScore{IsPostalCodeMatch: postal != "" && postal == code(known.PostalCode)}
	if a := long(given.Street); len(a) > 0 && slices.Equal(a, long(known.Street)) {
		out.Score += streetWeight
	}
	if given.City != "" && strings.EqualFold(given.City, known.City) {
		out.Score += cityWeight
	}
	if region := textOr(given.Region, ""); region != "" && strings.EqualFold(region, textOr(known.Region, "")) {
		out.Score += regionWeight
	}
	if out.IsPostalCodeMatch {
		out.Score += postalWeight
	}
	return out
}
