// Package nacha holds what Sentinel's transfers need to know about the ACH network: reason codes of returns and of
// notifications of change with their windows, SEC codes, routing numbers, trace numbers, and the banking-day calendar
// of the Federal Reserve, computed for any year.
//
// Everything here is documented (public summaries of the Nacha rules, the Federal Reserve's holiday notice) unless a
// comment says otherwise. Tables are shared and must not be changed. There is no wall clock: callers bring the time.
package nacha

import "slices"

// Nacha's rules are summed up in many public lists; these two were compared with each other.
const sourceCodes = "public lists of Nacha reason codes (github moov-io/ach, apidocs.paynearme.com), 2026"

// TransactionCode says what an entry does to which kind of account.
type TransactionCode int

// The four transaction codes of live entries. Source: Nacha file layout.
const (
	CheckingCredit TransactionCode = 22
	CheckingDebit  TransactionCode = 27
	SavingsCredit  TransactionCode = 32
	SavingsDebit   TransactionCode = 37
)

// SEC is a Standard Entry Class code: what kind of payment an entry is and how it was authorized.
type SEC struct {
	// Code is three letters.
	Code string
	// Title is the Nacha name.
	Title string
	// Consumer is true where the Receiver's account may be a consumer's, Corporate where it may be a company's.
	Consumer, Corporate bool
	// Debits and Credits say which entries the code allows (reversals aside).
	Debits, Credits bool
}

var secs = []SEC{
	{Code: "ARC", Title: "Accounts receivable entry", Consumer: true, Corporate: true, Debits: true},
	{Code: "BOC", Title: "Back office conversion", Consumer: true, Corporate: true, Debits: true},
	{Code: "CCD", Title: "Corporate credit or debit", Corporate: true, Debits: true, Credits: true},
	{Code: "CIE", Title: "Customer initiated entry", Corporate: true, Credits: true},
	{Code: "CTX", Title: "Corporate trade exchange", Corporate: true, Debits: true, Credits: true},
	{Code: "ENR", Title: "Automated enrollment entry", Corporate: true},
	{Code: "IAT", Title: "International ACH transaction", Consumer: true, Corporate: true, Debits: true, Credits: true},
	{Code: "POP", Title: "Point-of-purchase entry", Consumer: true, Corporate: true, Debits: true},
	{Code: "POS", Title: "Point-of-sale entry", Consumer: true, Debits: true, Credits: true},
	{Code: "PPD", Title: "Prearranged payment and deposit", Consumer: true, Debits: true, Credits: true},
	{Code: "RCK", Title: "Re-presented check entry", Consumer: true, Debits: true},
	{Code: "TEL", Title: "Telephone-initiated entry", Consumer: true, Debits: true},
	{Code: "TRC", Title: "Check truncation entry", Consumer: true, Corporate: true, Debits: true},
	{Code: "WEB", Title: "Internet-initiated or mobile entry", Consumer: true, Debits: true, Credits: true},
	{Code: "XCK", Title: "Destroyed check entry", Consumer: true, Corporate: true, Debits: true},
}

// SECs lists the Standard Entry Class codes in alphabetical order.
func SECs() []SEC { return slices.Clone(secs) }

// FindSEC finds one by its three letters.
func FindSEC(code string) (SEC, bool) {
	i := slices.IndexFunc(secs, func(s SEC) bool { return s.Code == code })
	if i < 0 {
		return SEC{}, false
	}
	return secs[i], true
}
