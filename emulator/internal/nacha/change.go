package nacha

import "slices"

// Part is what a notification of change corrects.
type Part string

// Parts of an entry that a notification of change corrects.
const (
	AccountNumber   Part = "account number"
	RoutingNumber   Part = "routing number"
	AccountType     Part = "transaction code" // checking or savings
	ReceiverName    Part = "receiver name"
	ReceiverID      Part = "individual identification number"
	ForeignBankID   Part = "foreign receiving DFI identification"
	AddendaFormat   Part = "addenda format"
	EntryClass      Part = "SEC code"
	TraceOfEntry    Part = "trace number"
	CompanyID       Part = "company identification number"
	CorrectedData   Part = "corrected data"
	Discretionary   Part = "discretionary data"
	WholeNotice     Part = "notification"
	OriginalRouting Part = "original routing number"
	OriginalAccount Part = "original account number"
)

// Change is a change code: the reason of a notification of change (NOC), or of the refusal of one.
type Change struct {
	// Code is C and two digits.
	Code string
	// Title is the reason in a few words.
	Title string
	// Corrects are the parts that the notice corrects, or for a refusal the part of the notice that is wrong.
	Corrects []Part
	// Refusal is true for C61 to C69, which the ODFI sends back.
	Refusal bool
	// Window is the time allowed: two banking days after the settlement of the entry for a notice, 15 calendar days
	// after the notice for a refusal.
	Window Window
	// Source says where the facts come from.
	Source string
}

// ActWithin is how soon the Originator has to use the corrected data: six banking days after the notice, or before
// the next entry if that is later.
const ActWithin = 6

var changes = []Change{
	notice("C01", "Incorrect account number", AccountNumber),
	notice("C02", "Incorrect routing number", RoutingNumber),
	notice("C03", "Incorrect routing number and account number", RoutingNumber, AccountNumber),
	notice("C04", "Incorrect individual or company name", ReceiverName),
	notice("C05", "Incorrect transaction code", AccountType),
	notice("C06", "Incorrect account number and transaction code", AccountNumber, AccountType),
	notice(
		"C07", "Incorrect routing number, account number and transaction code",
		RoutingNumber, AccountNumber, AccountType,
	),
	notice("C08", "Incorrect foreign receiving DFI identification", ForeignBankID),
	notice("C09", "Incorrect individual identification number", ReceiverID),
	notice("C13", "Addenda format error", AddendaFormat),
	notice("C14", "Incorrect SEC code for an outbound international payment", EntryClass),
	refusal("C61", "Misrouted notification of change", WholeNotice),
	refusal("C62", "Incorrect trace number", TraceOfEntry),
	refusal("C63", "Incorrect company identification number", CompanyID),
	refusal("C64", "Incorrect individual identification number", ReceiverID),
	refusal("C65", "Incorrectly formatted corrected data", CorrectedData),
	refusal("C66", "Incorrect discretionary data", Discretionary),
	refusal("C67", "Routing number not from the original entry", OriginalRouting),
	refusal("C68", "Account number not from the original entry", OriginalAccount),
	refusal("C69", "Incorrect transaction code", AccountType),
}

func notice(code, title string, corrects ...Part) Change {
	return Change{Code: code, Title: title, Corrects: corrects, Window: banking(2), Source: sourceCodes}
}

func refusal(code, title string, corrects ...Part) Change {
	return Change{
		Code: code, Title: title, Corrects: corrects, Refusal: true, Window: calendar(15), Source: sourceCodes,
	}
}

// Changes lists the change codes that Apex knows (C01 to C09, C13, C14, C61 to C69, by the force-NOC of Apex Ascend,
// 2026), by code.
func Changes() []Change { return slices.Clone(changes) }

// FindChange finds one by its code.
func FindChange(code string) (Change, bool) {
	i, ok := slices.BinarySearchFunc(changes, code, func(c Change, code string) int { return compare(c.Code, code) })
	if !ok {
		return Change{}, false
	}
	return changes[i], true
}
