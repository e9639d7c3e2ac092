package catalogue

import "cmp"

// Limit is one rate limit of Plaid's Sandbox, in requests per minute; 0 = no such limit, or none is published.
type Limit struct {
	// Path is Plaid's path.
	Path string
	// Code is the error_code under RATE_LIMIT_EXCEEDED.
	Code string
	// ClientCode is the code of the limit per client where it has one of its own; "" = Code.
	ClientCode string
	// PerItem is the limit for one Item.
	PerItem int
	// PerClient is the limit for one client_id.
	PerClient int
	// Confidence is documented, observed or assumed.
	Confidence string
}

// Limits lists the rate limits of the Sandbox in file order.
// Source: plaid.com/docs/errors/rate-limit-exceeded, 2026-03.
func Limits() []Limit { return append([]Limit(nil), limits...) }

// RateLimit gives the row that the type RATE_LIMIT_EXCEEDED means at a path; RATE_LIMIT where Plaid names no code.
func RateLimit(path string) *Row { return limitRow(path, func(l *Limit) string { return l.Code }) }

// ClientRateLimit is RateLimit for the limit per client, which at some paths has a code of its own.
func ClientRateLimit(path string) *Row {
	return limitRow(path, func(l *Limit) string { return cmp.Or(l.ClientCode, l.Code) })
}

func limitRow(path string, code func(*Limit) string) *Row {
	for i := range limits {
		if limits[i].Path == path {
			return index[Plaid][code(&limits[i])][0]
		}
	}
	return index[Plaid][defaultLimit][0]
}
