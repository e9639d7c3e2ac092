package plaid

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"tweed/emulator/internal/nacha"
)

// The documented limits of the JSON.
const (
	customMaxBytes    = 55_000
	customMaxAccounts = 10
)

var (
	errCustomTooLarge = errors.New("the JSON of user_custom is larger than 55 kB")
	errCustomAccounts = errors.New("user_custom has more than 10 accounts")
	errCustomObject   = errors.New("the JSON of user_custom is no object")
)

// customTypes are the types that an account can have (OpenAPI file, OverrideAccountType).
var customTypes = []string{"investment", "credit", "depository", typePayroll, "loan", "other"}

// typePayroll is a source of income and no bank account: no list of accounts has it
// (OpenAPI file: AccountType lacks it).
const typePayroll = "payroll"

// customMask is the form of a mask (OpenAPI file, schema Meta).
var customMask = regexp.MustCompile(`^([A-Za-z0-9]{2,4})?$`)

// customVersion is the form of a version: a number, or the text of one (OpenAPI file).
var customVersion = regexp.MustCompile(`^("?[12]"?|null)?$`)

// The kinds of holders that an account can have (OpenAPI file, HolderCategory).
var holderCategories = []string{"", "personal", "business"}

// parseCustom reads the JSON. Members that it does not know are left aside. Version and
// seed at the top are accepted, as documented (a note of 2026-09 says otherwise). Its
// errors say what is wrong and where; a client gets INVALID_CREDENTIALS, as documented.
func parseCustom(text string) (*Custom, error) {
	if len(text) > customMaxBytes {
		return nil, errCustomTooLarge
	}
	var custom *Custom
	if err := json.Unmarshal([]byte(text), &custom); err != nil {
		return nil, err
	}
	switch {
	case custom == nil:
		return nil, errCustomObject
	case len(custom.Accounts) > customMaxAccounts:
		return nil, errCustomAccounts
	case !customVersion.Match(custom.Version):
		return nil, fmt.Errorf("version is %s; 1 or 2 is right", custom.Version)
	}
	if err := custom.MFA.check(); err != nil {
		return nil, err
	}
	for n := range custom.Accounts {
		if err := custom.Accounts[n].check(); err != nil {
			return nil, fmt.Errorf("override_accounts[%d].%w", n, err)
		}
	}
	return custom, nil
}

// check looks at one account.
func (c *CustomAccount) check() error {
	if !slices.Contains(customTypes, c.Type) {
		return fmt.Errorf("type is %q; one of %q is right", c.Type, customTypes)
	}
	if !slices.Contains(holderCategories, c.HolderCategory) {
		return fmt.Errorf("holder_category is %q; personal or business is right", c.HolderCategory)
	}
	if c.Meta.Mask != nil && !customMask.MatchString(*c.Meta.Mask) {
		return fmt.Errorf("meta.mask is %q; nothing, or 2 to 4 letters and digits are right", *c.Meta.Mask)
	}
	if err := c.Numbers.check(); err != nil {
		return fmt.Errorf("numbers.%w", err)
	}
	if err := cmp.Or(
		checkEach("transactions", c.Transactions), checkEach("holdings", c.Holdings),
		checkEach("investment_transactions", c.InvestmentEvents),
	); err != nil {
		return err
	}
	if c.Income != nil {
		if err := checkEach("income.paystubs", c.Income.Paystubs); err != nil {
			return err
		}
	}
	if c.Liability != nil {
		if err := c.Liability.check(); err != nil {
			return fmt.Errorf("liability.%w", err)
		}
	}
	if c.InflowModel != nil {
		return c.InflowModel.check()
	}
	return nil
}

// checkEach looks at the members of a list.
func checkEach[T interface{ check() error }](name string, list []T) error {
	for n, x := range list {
		if err := x.check(); err != nil {
			return fmt.Errorf("%s[%d].%w", name, n, err)
		}
	}
	return nil
}

// check requires what the documentation requires of numbers: pairs of which neither part is
// alone, and routing numbers that are valid.
func (n CustomNumbers) check() error {
	for _, pair := range []struct{ name, text, other, with string }{
		{"eft_institution", n.EFTInstitution, "eft_branch", n.EFTBranch},
		{"international_bic", n.InternationalBIC, "international_iban", n.InternationalIBAN},
	} {
		if (pair.text == "") != (pair.with == "") {
			return fmt.Errorf("%s and %s belong together; one of them is missing", pair.name, pair.other)
		}
	}
	for _, routing := range []struct{ name, number string }{
		{"ach_routing", n.ACHRouting}, {"ach_wire_routing", n.ACHWireRouting},
	} {
		if err := nacha.ValidRouting(routing.number); routing.number != "" && err != nil {
			return fmt.Errorf("%s: %w", routing.name, err)
		}
	}
	return nil
}

// check requires a kind that Link can ask, and of questions how many there are (OpenAPI file,
// schema MFA).
func (m *CustomMFA) check() error {
	switch {
	case m == nil:
		return nil
	case !slices.Contains([]string{"", mfaDevice, mfaQuestions, mfaSelections}, m.Type):
		return fmt.Errorf("mfa.type is %q; device, questions or selections is right", m.Type)
	case m.Type == mfaQuestions && (m.QuestionRounds == "" || m.QuestionsPerRound == ""):
		return errors.New("mfa asks questions: question_rounds and questions_per_round are needed")
	}
	return nil
}

// check requires what the schema requires of a transaction.
func (t CustomTransaction) check() error {
	for _, date := range []struct{ name, text string }{
		{"date_transacted", t.DateTransacted}, {"date_posted", t.DatePosted},
	} {
		if _, ok := parseDay(date.text); !ok {
			return fmt.Errorf("%s is %q; a date such as 2026-01-31 is right", date.name, date.text)
		}
	}
	if _, err := t.Amount.Float64(); err != nil {
		return fmt.Errorf("amount is %q; a number of dollars is right, positive for money that leaves the account", t.Amount)
	}
	if t.Description == "" {
		return errors.New("description is missing")
	}
	return nil
}

// check requires what a model needs.
func (m *CustomInflow) check() error {
	switch m.Type {
	case "", inflowNone:
		return nil
	case inflowIncome:
		if _, err := m.IncomeAmount.Float64(); err != nil {
			return fmt.Errorf("inflow_model.income_amount is %q; a number of dollars is right", m.IncomeAmount)
		}
	case inflowBalance, inflowInterest:
		if !m.StatementDay.valid() {
			return fmt.Errorf("inflow_model.statement_day_of_month is %q; 1 to 28 or last is right", m.StatementDay)
		}
	default:
		return fmt.Errorf("inflow_model.type is %q; %s, %s, %s or %s is right", m.Type,
			inflowNone, inflowIncome, inflowBalance, inflowInterest)
	}
	if !m.PaymentDay.valid() {
		return fmt.Errorf("inflow_model.payment_day_of_month is %q; 1 to 28 or last is right", m.PaymentDay)
	}
	if m.TransactionName == "" {
		return errors.New("inflow_model.transaction_name is missing")
	}
	return nil
}

// customMaxNumber bounds the numbers of investments, so that no product of two is endless
// (assumed).
const customMaxNumber = 1e15

// checkNumber refuses a number that is too large. One that is left out is right.
func checkNumber(name string, n json.Number) error {
	if n == "" {
		return nil
	}
	if value, err := n.Float64(); err != nil || math.Abs(value) > customMaxNumber {
		return fmt.Errorf("%s is %s; a number up to 1e15 is right", name, n)
	}
	return nil
}

// checkDate refuses what is no date. One that is left out is right.
func checkDate(name, text string) error {
	if _, ok := parseDay(text); !ok && text != "" {
		return fmt.Errorf("%s is %q; a date such as 2026-01-31 is right", name, text)
	}
	return nil
}

// check requires an identifier, as documented.
func (c CustomSecurity) check() error {
	if cmp.Or(c.TickerSymbol, c.CUSIP, c.ISIN, c.SEDOL) == "" {
		return errors.New("security has no ticker_symbol, cusip or isin; one of them is needed")
	}
	return nil
}

// check requires what the documentation requires of a holding.
func (h CustomHolding) check() error {
	return cmp.Or(
		checkNumber("cost_basis", h.CostBasis), checkNumber("institution_price", h.InstitutionPrice),
		checkNumber("quantity", h.Quantity), checkDate("institution_price_as_of", h.InstitutionPriceAsOf),
		h.Security.check(),
	)
}

// check requires what the documentation requires of an investment transaction.
func (t CustomInvestment) check() error {
	if _, ok := parseDay(t.Date); !ok {
		return fmt.Errorf("date is %q; a date such as 2026-01-31 is right", t.Date)
	}
	if tradeSubtypes[t.Type] == "" {
		return fmt.Errorf("type is %q; buy, sell, cash, fee or transfer is right", t.Type)
	}
	if t.Security != nil {
		if err := t.Security.check(); err != nil {
			return err
		}
	}
	return cmp.Or(checkNumber("fees", t.Fees), checkNumber("price", t.Price), checkNumber("quantity", t.Quantity))
}
