package nacha

// SEC codes that several reasons are limited to.
var (
	corporate = []string{"CCD", "CTX"}
	consumer  = []string{"ARC", "BOC", "IAT", "POP", "POS", "PPD", "TEL", "WEB"}
	enrolled  = []string{"ENR"}
	checks    = []string{"RCK"}
	foreign   = []string{"IAT"}
)

// returns is sorted by code. Titles are shortened; windows and classes by sourceCodes. Where the lists give no number
// of days (the Operator refuses at once; R06, R23 and R31 follow an agreement or a refusal) there is no window.
var returns = []Return{
	{Code: "R01", Title: "Insufficient funds", Sender: RDFI, Debits: true, Window: banking(2), Source: sourceCodes},
	{
		Code: "R02", Title: "Account closed",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R03", Title: "No account, or unable to locate it",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R04", Title: "Invalid account number",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R05", Title: "Unauthorized debit to a consumer account under a corporate SEC code",
		Sender: RDFI, Debits: true, SEC: corporate, Window: calendar(60), Unauthorized: true, Source: sourceCodes,
	},
	{
		Code: "R06", Title: "Returned at the ODFI's request",
		Sender: RDFI, Debits: true, Credits: true, Source: sourceCodes,
	},
	{
		Code: "R07", Title: "Authorization revoked by the customer",
		Sender: RDFI, Debits: true, SEC: []string{"PPD", "TEL", "WEB"}, Window: calendar(60), Unauthorized: true,
		Source: sourceCodes,
	},
	{Code: "R08", Title: "Payment stopped", Sender: RDFI, Debits: true, Window: banking(2), Source: sourceCodes},
	{Code: "R09", Title: "Uncollected funds", Sender: RDFI, Debits: true, Window: banking(2), Source: sourceCodes},
	{
		Code: "R10", Title: "Customer says the Originator is unknown or not authorized to debit",
		Sender: RDFI, Debits: true, SEC: consumer, Window: calendar(60), Unauthorized: true, Source: sourceCodes,
	},
	{
		Code: "R11", Title: "Customer says the entry does not follow the authorization",
		Sender: RDFI, Debits: true, SEC: consumer, Window: calendar(60), Unauthorized: true, Source: sourceCodes,
	},
	{
		Code: "R12", Title: "Account sold to another bank",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R13", Title: "Routing number of no ACH participant",
		Sender: Operator, Debits: true, Credits: true, Source: sourceCodes,
	},
	{
		Code: "R14", Title: "Representative payee deceased",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R15", Title: "Beneficiary or account holder deceased",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R16", Title: "Account frozen",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R17", Title: "File record edit criteria, or questionable entry with an invalid account number",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R18", Title: "Improper effective entry date",
		Sender: Operator, Debits: true, Credits: true, Source: sourceCodes,
	},
	{Code: "R19", Title: "Amount field error", Sender: Operator, Debits: true, Credits: true, Source: sourceCodes},
	{
		Code: "R20", Title: "Non-transaction account",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R21", Title: "Invalid company identification",
		Sender: RDFI, Debits: true, Credits: true, SEC: []string{"CIE"}, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R22", Title: "Invalid individual identification number",
		Sender: RDFI, Debits: true, Credits: true, SEC: []string{"CIE"}, Window: banking(2), Source: sourceCodes,
	},
	{Code: "R23", Title: "Credit entry refused by the Receiver", Sender: RDFI, Credits: true, Source: sourceCodes},
	{
		Code: "R24", Title: "Duplicate entry",
		Sender: RDFI, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{Code: "R25", Title: "Addenda error", Sender: Operator, Debits: true, Credits: true, Source: sourceCodes},
	{
		Code: "R26", Title: "Mandatory field error",
		Sender: Operator, Debits: true, Credits: true, Source: sourceCodes,
	},
	{Code: "R27", Title: "Trace number error", Sender: Operator, Debits: true, Credits: true, Source: sourceCodes},
	{
		Code: "R28", Title: "Routing number check digit error",
		Sender: Operator, Debits: true, Credits: true, Source: sourceCodes,
	},
	{
		Code: "R29", Title: "Corporate customer says not authorized",
		Sender: RDFI, Debits: true, SEC: corporate, Window: banking(2), Unauthorized: true, Source: sourceCodes,
	},
	{
		Code: "R30", Title: "RDFI takes no part in check truncation",
		Sender: Operator, Debits: true, SEC: []string{"TRC"}, Source: sourceCodes,
	},
	{
		Code: "R31", Title: "Permissible return entry, agreed with the ODFI",
		Sender: RDFI, Debits: true, Credits: true, SEC: corporate, Source: sourceCodes,
	},
	{Code: "R32", Title: "RDFI cannot settle", Sender: Operator, Debits: true, Credits: true, Source: sourceCodes},
	{
		Code: "R33", Title: "Return of a destroyed check entry",
		Sender: RDFI, Debits: true, SEC: []string{"XCK"}, Window: calendar(60), Source: sourceCodes,
	},
	{
		Code: "R34", Title: "RDFI of limited participation",
		Sender: Operator, Debits: true, Credits: true, Source: sourceCodes,
	},
	{
		Code: "R35", Title: "Return of an improper debit entry",
		Sender: Operator, Debits: true, SEC: []string{"CIE"}, Source: sourceCodes,
	},
	{
		Code: "R36", Title: "Return of an improper credit entry",
		Sender: Operator, Credits: true, SEC: []string{"ARC", "BOC", "POP", "RCK", "TEL", "XCK"}, Source: sourceCodes,
	},
	{
		Code: "R37", Title: "Source document presented for payment",
		Sender: RDFI, Debits: true, SEC: []string{"ARC", "BOC", "POP"}, Window: calendar(60), Source: sourceCodes,
	},
	{
		Code: "R38", Title: "Stop payment on the source document",
		Sender: RDFI, Debits: true, SEC: []string{"ARC", "BOC"}, Window: calendar(60), Source: sourceCodes,
	},
	{
		Code: "R39", Title: "Improper source document, or source document presented for payment",
		Sender: RDFI, Debits: true, SEC: []string{"ARC", "BOC", "POP"}, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R40", Title: "Enrollment returned by the agency",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R41", Title: "Invalid transaction code",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R42", Title: "Routing number or check digit error",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R43", Title: "Invalid account number",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R44", Title: "Invalid individual identification number",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R45", Title: "Invalid individual or company name",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R46", Title: "Invalid representative payee indicator",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R47", Title: "Duplicate enrollment",
		Sender: Agency, Debits: true, Credits: true, SEC: enrolled, Source: sourceCodes,
	},
	{
		Code: "R50", Title: "State law affects the acceptance of re-presented checks",
		Sender: RDFI, Debits: true, SEC: checks, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R51", Title: "Item of the re-presented check is ineligible, or the entry is improper",
		Sender: RDFI, Debits: true, SEC: checks, Window: calendar(60), Unauthorized: true, Source: sourceCodes,
	},
	{
		Code: "R52", Title: "Stop payment on the item",
		Sender: RDFI, Debits: true, SEC: checks, Window: calendar(60), Source: sourceCodes,
	},
	{
		Code: "R53", Title: "Item and re-presented check entry both presented",
		Sender: RDFI, Debits: true, SEC: checks, Window: calendar(60), Source: sourceCodes,
	},
	{
		Code: "R61", Title: "Misrouted return",
		Sender: ODFI, Debits: true, Credits: true, Window: banking(5), Source: sourceCodes,
	},
	{
		Code: "R67", Title: "Duplicate return",
		Sender: ODFI, Debits: true, Credits: true, Window: banking(5), Source: sourceCodes,
	},
	{
		Code: "R68", Title: "Untimely return",
		Sender: ODFI, Debits: true, Credits: true, Window: banking(5), Source: sourceCodes,
	},
	{
		Code: "R69", Title: "Field error in the return",
		Sender: ODFI, Debits: true, Credits: true, Window: banking(5), Source: sourceCodes,
	},
	{
		Code: "R70", Title: "Permissible return not accepted, or return not requested by the ODFI",
		Sender: ODFI, Debits: true, Credits: true, Window: banking(5), Source: sourceCodes,
	},
	{
		Code: "R71", Title: "Misrouted dishonored return",
		Sender: Contester, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R72", Title: "Untimely dishonored return",
		Sender: Contester, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R73", Title: "Timely original return",
		Sender: Contester, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R74", Title: "Corrected return",
		Sender: Contester, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R75", Title: "Return not a duplicate",
		Sender: Contester, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R76", Title: "No errors found",
		Sender: Contester, Debits: true, Credits: true, Window: banking(2), Source: sourceCodes,
	},
	{
		Code: "R80", Title: "International entry coding error",
		Sender: Gateway, Debits: true, Credits: true, SEC: foreign, Source: sourceCodes,
	},
	{
		Code: "R81", Title: "Non-participant in the international program",
		Sender: Gateway, Debits: true, Credits: true, SEC: foreign, Source: sourceCodes,
	},
	{
		Code: "R82", Title: "Invalid foreign receiving DFI identification",
		Sender: Gateway, Debits: true, Credits: true, SEC: foreign, Source: sourceCodes,
	},
	{
		Code: "R83", Title: "Foreign receiving DFI unable to settle",
		Sender: Gateway, Debits: true, Credits: true, SEC: foreign, Source: sourceCodes,
	},
	{
		Code: "R84", Title: "Entry not processed by the gateway",
		Sender: Gateway, Debits: true, Credits: true, SEC: foreign, Source: sourceCodes,
	},
	{
		Code: "R85", Title: "Outbound international payment with the wrong SEC code",
		Sender: Gateway, Debits: true, Credits: true, Source: sourceCodes,
	},
}
