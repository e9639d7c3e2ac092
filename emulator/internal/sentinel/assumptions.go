package sentinel

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/spell"
	"tweed/emulator/internal/world"
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

// rejectReasons are documented (klane67/apex_clearing, 2016).
var rejectReasons = []string{
	"COMPLIANCE", "MARGIN_CALLS", "MISSING_PAPERWORK", "NEEDS_APPROVAL", "NSF", "OUTSTANDING_ACAT", "PER_BROKER_REQUEST",
	"PER_CORRESPONDENT_REQUEST", "PREPAY_NOT_AUTHORIZED", "RECENT_DEPOSIT_HOLD", "RETURN_MAIL", "REFER_TO_MAKER",
	"UNCOLLECTED_FUNDS", "TOKEN_NOT_REGISTERED_FOR_THIS_ACCOUNT", "OTHER", "INCORRECT_DISTRIBUTION_TYPE",
	"TAX_WITHHOLDING_MISMATCH", "STALE_TRANSFER", "FOREIGN_3RD_PARTY", "EXCEEDS_DAILY_DEPOSIT_LIMIT",
}

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
		Name: rejectReason, Settable: true, check: oneOf(rejectReasons...),
		What:        "the rejectReason of the test simulation's reject, whose path is assumed, too",
		Default:     defaultRejectReason,
		WouldSettle: byTraffic + ": the simulation's reject, then the transfer",
	},
	{
		Name: "token_data", What: "whose bank data count when a request has a processor token and bank fields",
		Default:     "Plaid's; subtypes savings, money market, cd and hsa are SAVINGS, others CHECKING",
		WouldSettle: byTraffic + ": both sent, with different numbers",
	},
	{
		Name: "token_refusals", What: "what Sentinel answers to a processor token that is of no use",
		Default:     "400, one text for each cause",
		WouldSettle: byTraffic + " for each of: unknown token, removed Item, other processor, login required, production",
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
		Default:     "settled deposits less withdrawals, by this world's transfers; PARTIAL_BALANCE is not checked",
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
		Default: "the table in state.go; 400 for what is not in it", WouldSettle: "Sentinel's own documentation",
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

// CheckAssume checks what a scenario assumes. The error names everything that is wrong and the nearest right word.
func CheckAssume(assume map[string]string) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(assume)) {
		at := slices.IndexFunc(assumptions, func(a Assumption) bool { return a.Name == name && a.Settable })
		if at < 0 {
			problems = append(problems, unknownAssumption(name))
			continue
		}
		if err := assumptions[at].check(assume[name]); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(problems...)
}

func unknownAssumption(name string) error {
	var settable []string
	for _, a := range assumptions {
		if a.Settable {
			settable = append(settable, a.Name)
		}
		if a.Name == name && !a.Settable {
			return fmt.Errorf("%s cannot be set", name)
		}
	}
	return fmt.Errorf("no assumption is called %q; %s", name, meant(name, settable))
}

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(values, value) {
			return nil
		}
		return fmt.Errorf("%q is not possible; %s", value, meant(value, values))
	}
}

var (
	fieldForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	methodForm = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// takenFields are fields of the relationship request with another meaning.
var takenFields = []string{
	"account", "approvalMethod", "bankAccount", "bankAccountOwnerName", "bankAccountType", "bankRoutingNumber",
	"nickname",
}

func checkTokenField(value string) error {
	for _, name := range words(value) {
		switch {
		case !fieldForm.MatchString(name):
			return fmt.Errorf("%q is no name of a field; write for example %s", name, defaultTokenFields[0])
		case slices.Contains(takenFields, name):
			return fmt.Errorf("%s is another field of the request", name)
		}
	}
	return nil
}

func checkTokenMethod(value string) error {
	for _, method := range words(value) {
		if !methodForm.MatchString(method) {
			return fmt.Errorf("%q is no approval method; write for example %s", method, defaultTokenMethods[0])
		}
	}
	return nil
}

// meant is a help for who wrote a word that is none of words.
func meant(word string, words []string) string {
	if near := spell.Nearest(word, words); near != "" {
		return "did you mean " + near + "?"
	}
	return "there are " + strings.Join(words, ", ")
}
