package sentinel

import (
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Assumption is one thing about Sentinel or Legit that is not public, and what Tweed does instead of knowing.
type Assumption struct {
	// Name is what a scenario sets it by, and what identifies it in lists.
	Name string
	// What says what is not known.
	What string
	// Default says what Tweed does.
	Default string
	// WouldSettle says what observation would replace the assumption by a fact.
	WouldSettle string
	// Settable is true where a scenario may set another value: assume: {name: value}.
	Settable bool

	check func(value string) error
}

// The assumptions that a scenario may set.
const (
	tokenField   = "token_field"
	tokenMethod  = "token_method"
	autoApprove  = "auto_approve"
	rejectReason = "reject_reason"
	returnCode   = "return_code"
	balanceCheck = "balance_check"

	withdrawalFee = "withdrawal_fee"
	depositFee    = "deposit_fee"
)

// Values that are assumed.
const (
	// cutOff is when a banking day's entries close, after midnight in New York.
	cutOff = nacha.DefaultCutOff
	// sendTime is when they go to the bank: 6 pm Central, when Apex's nightly batch begins by an integrator's notes.
	sendTime = 19 * time.Hour
	// settleTime is when they settle on the next banking day: the Federal Reserve's hour for next-day ACH.
	settleTime = 8*time.Hour + 30*time.Minute

	// maxAmountCents is the greatest amount of one entry: Nacha's amount field has ten digits.
	maxAmountCents = 99_999_999_99
	// maxHoldDays bounds daysToHoldFunds.
	maxHoldDays = 365

	// timeForm is how times are written: UTC with milliseconds.
	timeForm = "2006-01-02T15:04:05.000Z07:00"

	methodPlaid = "PLAID"
)

// answerAfter is when the bank's answer to a settled entry arrives, counted from COMPLETE: Nacha allows two banking
// days for most returns and for notifications of change. operatorAfter is when the network's arrives, counted from
// SENT_TO_BANK: it refuses at once.
var (
	answerAfter   = scenario.Span{BankingDays: 2}
	operatorAfter = scenario.Span{Duration: time.Hour}
)

// defaultTokenFields are the names under which a request may carry the Plaid processor token.
var defaultTokenFields = []string{
	"plaidProcessorToken", "processorToken", "processor_token", "plaid_processor_token", "plaidToken",
}

// defaultTokenMethods are the approval methods that go with a Plaid processor token.
var defaultTokenMethods = []string{"PLAID_TOKEN", methodPlaid}

// plainMethods are the approval methods of the form without a token (klane67/apex_clearing, 2016).
var plainMethods = []string{"MICRO_DEPOSIT", "YODLEE", methodPlaid, "GIACT", "APEX", "VOIDED_CHECK"}

// Values of auto_approve.
const (
	approveNone = "none"
	approveAll  = "all"
)

// approvalOf are the values of auto_approve for one direction.
var approvalOf = map[Direction]string{Incoming: "deposits", Outgoing: "withdrawals"}

// defaultRejectReason is given where nobody says a reason.
const defaultRejectReason = "OTHER"

// reasonNSF is the rejectReason of a deposit that the bank account cannot pay: it fits by its name.
const reasonNSF = "NSF"

// Values of balance_check.
const (
	checkOff = "off"
	checkOn  = "on"
)

// defaultReturnCodes are those of the test simulation's return, which names none: insufficient funds, and for a
// withdrawal, which cannot have that, an account that is not found.
var defaultReturnCodes = map[Direction]string{Incoming: "R01", Outgoing: "R03"}

// Assumptions lists all of them, the settable ones first.
func Assumptions() []Assumption { return slices.Clone(assumptions) }

const byTraffic = "one recorded request and answer of UAT"

var assumptions = []Assumption{
	{
		Name: tokenField, Settable: true, check: checkTokenField,
		What:        "the field of the relationship request that carries the Plaid processor token",
		Default:     strings.Join(defaultTokenFields, ", ") + "; a set value is the only one",
		WouldSettle: byTraffic + ": POST ach_relationships with a processor token",
	},
	{
		Name: tokenMethod, Settable: true, check: checkTokenMethod,
		What:        "the approvalMethod that goes with a processor token",
		Default:     strings.Join(defaultTokenMethods, ", ") + "; a set value is the only one",
		WouldSettle: byTraffic + ": POST ach_relationships with a processor token",
	},
	{
		Name: autoApprove, Settable: true,
		check:       oneOf(approveNone, approvalOf[Incoming], approvalOf[Outgoing], approveAll),
		What:        "whether a transfer waits for the test simulation's approve",
		Default:     approveNone + ": both kinds wait (documented for withdrawals; one client approves both)",
		WouldSettle: byTraffic + ": a deposit that nobody approves",
	},
	{
		Name: rejectReason, Settable: true, check: oneOf(scenario.RejectReasons()...),
		What:        "the rejectReason of the test simulation's reject, whose path is assumed, too",
		Default:     defaultRejectReason,
		WouldSettle: byTraffic + ": the simulation's reject, then the transfer",
	},
	{
		Name: returnCode, Settable: true, check: checkReturnCode,
		What: "the return code of the test simulation's return, from when on it works, what it does to the relationship",
		Default: defaultReturnCodes[Incoming] + " for deposits, " + defaultReturnCodes[Outgoing] + " for withdrawals and " +
			"micro-deposits; from SENT_TO_BANK on; cancelRelationship cancels with the reason null",
		WouldSettle: byTraffic + ": the simulation's return, then the transfer and its relationship",
	},
	{
		Name: balanceCheck, Settable: true, check: oneOf(checkOff, checkOn),
		What: "whether a deposit is held against the balance at Plaid, and what becomes of one that is too large",
		Default: checkOff + "; " + checkOn + ": with a processor token, at creation; REJECTED with NSF above the available " +
			"(else the current) balance; one that cannot be read, also for the token's permissions, rejects nothing",
		WouldSettle: byTraffic + ": a deposit above the balance",
	},
	{
		Name: withdrawalFee, Settable: true, check: checkFees,
		What:        "types and amounts of a withdrawal's fees",
		Default:     feeNone + "; one or more, each a type and dollars: " + feeExample,
		WouldSettle: byTraffic + ": a withdrawal that costs something",
	},
	{
		Name: depositFee, Settable: true, check: checkFees,
		What:        "types and amounts of a deposit's fees",
		Default:     feeNone + "; one or more, each a type and dollars: " + feeExample,
		WouldSettle: byTraffic + ": a deposit that costs something",
	},
	{
		Name: "return_member", What: "the member of a transfer that has the code of its return",
		Default:     "returnCode, absent before (Apex's ALE events have it as reason)",
		WouldSettle: byTraffic + ": a returned transfer",
	},
	{
		Name: "micro_deposits", What: "the amounts, when they can be told, and what the calls answer",
		Default: "two different ones from 0.01 to 0.99, at once; approve: another method or impossible amounts are no try, " +
			"400 after three wrong ones until a reissue; reissue answers with the relationship, 400 before three wrong ones",
		WouldSettle: byTraffic + " for each of: four wrong tries, a reissue, an early reissue",
	},
	{
		Name: "micro_deposit_transfer", What: "how a pair of micro-deposits is a transfer, and where it shows",
		Default: "one transfer for both, OUTGOING, of the sum, out of the firm's money; APPROVED at once, nobody has to; " +
			"the road of all transfers; found by its transferId with externalTransferId null, also by the test simulation's " +
			"calls; not in GET transfers, not in amount_available; events in its own topic only",
		WouldSettle: "the ALE events of one relationship by micro-deposits; GET transfers and GET transfers/achs after them",
	},
	{
		Name: "micro_deposit_recall", What: "how micro-deposits are taken back, and when else than by the calls that say so",
		Default: "after a right try, the third wrong one, and a cancel of the relationship: CANCELED before SENT_TO_BANK, " +
			"else back at COMPLETE or at once after it, without an event and without another state",
		WouldSettle: "the ALE events of a relationship that is approved before, and of one that is canceled after COMPLETE",
	},
	{
		Name: "micro_deposit_failed", What: "what becomes of a relationship whose micro-deposits fail",
		Default: "REJECTED, RETURNED, CANCELED, FAILED_AT_BANK: it stays PENDING (or APPROVED, if it was that before); no " +
			"tries, 400, but a reissue at once, if any is left",
		WouldSettle: byTraffic + " for each of: approve and reissue after micro-deposits that came back",
	},
	{
		Name: "relationship_rename", What: "which relationships can be renamed", Default: "all, canceled ones too",
		WouldSettle: byTraffic + ": a rename of a canceled relationship",
	},
	{
		Name: "noc", What: "what the test simulation's notification of change does, and to which transfers",
		Default:     "the relationship gets the new data and stays approved; a transfer of any state, which keeps it",
		WouldSettle: byTraffic + ": the simulation's noc, then the transfer and its relationship",
	},
	{
		Name: "transfer_list", What: "order and dates of GET transfers, and errors of its filters",
		Default:     "by id; dates in New York, both included; 400 for a filter that is none",
		WouldSettle: byTraffic + ": a list with each filter",
	},
	{
		Name: "amount_available", What: "what the members of amount_available count",
		Default: "this world's transfers: total in whole dollars, rounded down, not below 0, without what withdrawals " +
			"ask for with their fees and deposits hold; unAdjustedTotal and startDayCashAvailable what is booked; " +
			"disbursements (with fees) and recentDeposits what is under way",
		WouldSettle: byTraffic + " before, during and after a deposit and a withdrawal",
	},
	{
		Name: "ira", What: "which iraDetails are needed, and what withholding does to the amount",
		Default: "any may be absent; amount is requestedAmount without what is withheld, a percentage of requestedAmount " +
			"rounded half up to the cent; 400 when nothing is left; all of it comes back with a return",
		WouldSettle: byTraffic + ": a withdrawal from an IRA with withholding",
	},
	{
		Name: "fees", What: "when fees are taken, by whom, and what becomes of them",
		Default: "beside the amount, from the account, with FUNDS_POSTED; the firm gets all; they come back with a " +
			"return, a cancellation or a failure",
		WouldSettle: byTraffic + ": a transfer that costs something, and its return",
	},
	{
		Name: "sentinel2", What: "bodies of the later generation's paths",
		Default:     "those of v2 for relationships, of v1 for transfers",
		WouldSettle: byTraffic + " for each path",
	},
	{
		Name: "update_plaid", What: "the body of PUT update_plaid, and what the call does",
		Default: "the processor token under the names of " + tokenField + "; its bank account replaces the relationship's, " +
			"a PENDING one is APPROVED, approvalMethod stays; refusals as at creation, 400 for a canceled one",
		WouldSettle: byTraffic + ": the call for a pending and an approved relationship",
	},
	{
		Name: "token_data", What: "whose bank data count when a request has a processor token and bank fields",
		Default: "Plaid's, but an owner's name that Plaid does not tell (permissions without identity); subtypes savings, " +
			"money market, cd and hsa are SAVINGS, others CHECKING",
		WouldSettle: byTraffic + ": both sent, with different numbers",
	},
	{
		Name: "token_refusals", What: "what Sentinel answers to a processor token that is of no use",
		Default: "400, one text for each cause",
		WouldSettle: byTraffic + " for each of: unknown token, removed Item, other processor, login required, production, " +
			"permissions without auth",
	},
	{
		Name: "relationship_approval", What: "when a relationship is approved",
		Default:     "PLAID and tokens at once, by the caller; other methods stay PENDING",
		WouldSettle: byTraffic + ": POST ach_relationships for each approvalMethod",
	},
	{
		Name: "relationship_cancel", What: "the reason of a cancellation by call, and whether comment is required",
		Default: "reason null; comment may be absent", WouldSettle: byTraffic + ": a cancel without a body",
	},
	{
		Name: "relationship_list", What: "filters and order of GET ach_relationships, and whether v1 has it",
		Default:     "account and status, both optional; by creation; v1 as v2",
		WouldSettle: byTraffic + " for each version",
	},
	{
		Name: "account_mask", What: "how a bank account number is obscured",
		Default:     "eight stars and the last four digits",
		WouldSettle: byTraffic + ": any relationship",
	},
	{
		Name: "times", What: "how times are written", Default: "2026-01-05T14:30:00.000Z", WouldSettle: byTraffic,
	},
	{
		Name: "amounts", What: "how amounts are written, and the greatest one",
		Default:     "numbers, whole dollars without decimals; at most 99999999.99, Nacha's ten digits",
		WouldSettle: byTraffic + ": a deposit of 100.00",
	},
	{
		Name: "transfer_id", What: "how a transferId is made",
		Default:     "date in New York and a serial number of six digits",
		WouldSettle: "the ids of a day's transfers",
	},
	{
		Name: "duplicate_external_id", What: "what becomes of an externalTransferId that was used before",
		Default:     "409, unique within the account, as at Apex Ascend; it counts before the relationship's status",
		WouldSettle: byTraffic + ": the same deposit twice",
	},
	{
		Name: "hold", What: "what daysToHoldFunds counts, and its bounds",
		Default:     "banking days after settlement, 0 to 365; estimatedFundsAvailableDate is the end",
		WouldSettle: byTraffic + ": deposits on a Friday with and without days to hold",
	},
	{
		Name: "full_balance", What: "the amount of a FULL_BALANCE withdrawal, and whether the account's cash is checked",
		Default: "deposits settled and not held less withdrawals and fees, its own too, in this world; PARTIAL_BALANCE is " +
			"not checked",
		WouldSettle: byTraffic + ": both types on an account without cash",
	},
	{
		Name: "cut_off", What: "until when a transfer counts for the day",
		Default: "13:30 in New York, from old pages of brokers", WouldSettle: "Apex's schedule of deadlines",
	},
	{
		Name: "road", What: "when an approved transfer changes its state",
		Default: "FUNDS_POSTED at the cut-off of its banking day, SENT_TO_BANK that day at 19:00, COMPLETE on the next " +
			"banking day at 08:30, all in New York",
		WouldSettle: "the ALE events of one deposit",
	},
	{
		Name: "states", What: "which states follow which, and the ways to FROZEN, FAILED_AT_BANK, COMPLETE_RESTRICTED",
		Default:     "the table in state.go; 400 for what is not in it; only a scenario leaves the road",
		WouldSettle: "Sentinel's own documentation",
	},
	{
		Name: "returns", What: "when a return or a notification of change arrives, and where an answer has a return's code",
		Default: "two banking days after COMPLETE, for codes of the ACH operator an hour after SENT_TO_BANK, or as a " +
			"scenario says; GET transfer has it as returnCode",
		WouldSettle: byTraffic + ": the transfer after a simulated return",
	},
	{
		Name: "notification_of_change", What: "what a notification of change changes",
		Default:     "the relationship has the corrected bank data from then on; its status stays",
		WouldSettle: byTraffic + ": the relationship after a simulated NOC",
	},
	{
		Name: "errors", What: "bodies, labels and texts of Sentinel's errors",
		Default: `{"error", "message"} as Legit's; 404 for an unknown id, 400 for a wrong state; the caller, the JSON, the ` +
			"fields and the operation are checked in turn",
		WouldSettle: byTraffic + " for each error",
	},
	{
		Name: "ale", What: "ALE's ids, times and bounds, and whose topics may be read",
		Default: "ids rise by seven over all topics from 1000007; times in UTC; limit 1 to 10000, timeoutSeconds up to " +
			"3600; another correspondent's topic is 403, an unknown one empty",
		WouldSettle: byTraffic + ": one long poll, and one of another correspondent's topic",
	},
	{
		Name: "login", What: "how old a login's datetime may be, and whether a JWS may be used twice",
		Default: "not checked", WouldSettle: byTraffic + ": yesterday's JWS, twice",
	},
	{
		Name: "logout", What: "the answer to a good logout", Default: "200 without a body", WouldSettle: byTraffic,
	},
}

// assumed returns the values of a settable assumption in a world.
func assumed(w *world.World, name string) []string {
	if value := settingsOf(w).Assume[name]; value != "" {
		return words(value)
	}
	switch name {
	case tokenField:
		return defaultTokenFields
	case tokenMethod:
		return defaultTokenMethods
	case autoApprove:
		return []string{approveNone}
	case balanceCheck:
		return []string{checkOff}
	case withdrawalFee, depositFee:
		return []string{feeNone}
	case returnCode:
		return []string{defaultReturnCodes[Incoming], defaultReturnCodes[Outgoing]}
	}
	return []string{defaultRejectReason}
}

// words splits a value at its commas.
func words(value string) []string {
	out := strings.Split(value, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// returnCodeOf is the code of a simulated return.
func returnCodeOf(w *world.World, direction Direction) string {
	codes := assumed(w, returnCode)
	if len(codes) == 1 {
		return codes[0]
	}
	return defaultReturnCodes[direction]
}
