package plaid

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// CustomLiability is what is owed on an account of a custom user. APRs are percents a year,
// amounts dollars, dates YYYY-MM-DD. Type is credit or student; the JSON cannot say the terms
// of a mortgage (plaid.com/docs/sandbox/user-custom).
type CustomLiability struct {
	Type                     string           `json:"type,omitempty"`
	PurchaseAPR              json.Number      `json:"purchase_apr,omitempty"`
	CashAPR                  json.Number      `json:"cash_apr,omitempty"`
	BalanceTransferAPR       json.Number      `json:"balance_transfer_apr,omitempty"`
	SpecialAPR               json.Number      `json:"special_apr,omitempty"`
	LastPaymentAmount        json.Number      `json:"last_payment_amount,omitempty"`
	MinimumPaymentAmount     json.Number      `json:"minimum_payment_amount,omitempty"`
	IsOverdue                bool             `json:"is_overdue,omitempty"`
	OriginationDate          string           `json:"origination_date,omitempty"`
	Principal                json.Number      `json:"principal,omitempty"`
	NominalAPR               json.Number      `json:"nominal_apr,omitempty"`
	CapitalizationGrace      json.Number      `json:"interest_capitalization_grace_period_months,omitempty"`
	RepaymentModel           *CustomRepayment `json:"repayment_model,omitempty"`
	ExpectedPayoffDate       string           `json:"expected_payoff_date,omitempty"`
	Guarantor                string           `json:"guarantor,omitempty"`
	IsFederal                bool             `json:"is_federal,omitempty"` // no answer tells it
	LoanName                 string           `json:"loan_name,omitempty"`
	LoanStatus               *loanStatus      `json:"loan_status,omitempty"`
	PaymentReferenceNumber   string           `json:"payment_reference_number,omitempty"`
	PSLFStatus               *pslfStatus      `json:"pslf_status,omitempty"`
	RepaymentPlanDescription string           `json:"repayment_plan_description,omitempty"`
	RepaymentPlanType        string           `json:"repayment_plan_type,omitempty"`
	SequenceNumber           string           `json:"sequence_number,omitempty"`
	ServicerAddress          *CustomServicer  `json:"servicer_address,omitempty"`
}

// CustomRepayment is how a student loan is paid back: in months, after months without. The
// type is standard.
type CustomRepayment struct {
	Type               string      `json:"type,omitempty"`
	NonRepaymentMonths json.Number `json:"non_repayment_months,omitempty"`
	RepaymentMonths    json.Number `json:"repayment_months,omitempty"`
}

// CustomServicer is where the servicer of a loan is.
type CustomServicer struct {
	Data    propertyAddress `json:"data"`
	Primary bool            `json:"primary,omitempty"`
}

// liability is what the JSON of a custom user says is owed on the account, nil for nothing.
// One of another type than the account's is left aside (assumed).
func (a account) liability(kind string) *CustomLiability {
	if a.custom == nil || a.custom.Liability == nil || cmp.Or(a.custom.Liability.Type, kind) != kind {
		return nil
	}
	return a.custom.Liability
}

// credit writes what the JSON says over the standard terms. With an APR in it, its APRs are
// all that there are; interest is that of a month on the balance at the one for purchases,
// the only one that counts (documented).
func (c *CustomLiability) credit(a account, out creditLiability) creditLiability {
	out.IsOverdue = c.IsOverdue
	out.LastPaymentAmount = cmp.Or(c.LastPaymentAmount, out.LastPaymentAmount)
	out.MinimumPaymentAmount = cmp.Or(c.MinimumPaymentAmount, out.MinimumPaymentAmount)
	out.LastStatementBalance = *a.Current
	rates := []annualRate{}
	for n, apr := range []json.Number{c.BalanceTransferAPR, c.CashAPR, c.PurchaseAPR, c.SpecialAPR} {
		if apr == "" {
			continue
		}
		rate := annualRate{apr, out.APRs[n].Type, "0", "0"}
		if rate.Type == "purchase_apr" {
			rate.BalanceSubjectToAPR = *a.Current
			rate.InterestChargeAmount = json.Number(decimal(inCents(monthOf(*a.Current, apr))))
		}
		rates = append(rates, rate)
	}
	if len(rates) > 0 {
		out.APRs = rates
	}
	return out
}

// monthOf is a month's interest, in dollars.
func monthOf(balance, apr json.Number) float64 {
	owed, _ := balance.Float64()
	percent, _ := apr.Float64()
	return owed * (percent / 1200)
}

// inCents rounds dollars to cents, but for those that are too many to have any.
func inCents(dollars float64) float64 {
	if math.Abs(dollars) > customMaxNumber {
		return dollars
	}
	return math.Round(dollars*100) / 100
}

// student writes what the JSON says over the standard terms. What follows from its dates and
// its model does (assumed how): when the loan is paid off, and what is paid a month.
func (c *CustomLiability) student(a account, out studentLoan) studentLoan {
	out.IsOverdue = c.IsOverdue
	out.InterestRatePercentage = cmp.Or(c.NominalAPR, out.InterestRatePercentage)
	out.OriginationPrincipalAmount = cmp.Or(c.Principal, out.OriginationPrincipalAmount)
	if c.OriginationDate != "" {
		out.OriginationDate, out.DisbursementDates = c.OriginationDate, []string{c.OriginationDate}
	}
	if a.custom.StartingBalance != "" {
		out.LastStatementBalance = *a.Current
	}
	if m := c.RepaymentModel; m != nil && m.months(m.RepaymentMonths) > 0 {
		out.ExpectedPayoffDate = m.payoff(out.OriginationDate)
		out.LoanStatus.EndDate = out.ExpectedPayoffDate
		out.MinimumPaymentAmount = c.monthly(out)
		out.LastPaymentAmount = out.MinimumPaymentAmount
	}
	out.ExpectedPayoffDate = cmp.Or(c.ExpectedPayoffDate, out.ExpectedPayoffDate)
	out.MinimumPaymentAmount = cmp.Or(c.MinimumPaymentAmount, out.MinimumPaymentAmount)
	out.Guarantor, out.LoanName = cmp.Or(c.Guarantor, out.Guarantor), cmp.Or(c.LoanName, out.LoanName)
	out.PaymentReferenceNumber = cmp.Or(c.PaymentReferenceNumber, out.PaymentReferenceNumber)
	out.RepaymentPlan.Description = cmp.Or(c.RepaymentPlanDescription, out.RepaymentPlan.Description)
	out.RepaymentPlan.Type = cmp.Or(c.RepaymentPlanType, out.RepaymentPlan.Type)
	out.SequenceNumber = cmp.Or(c.SequenceNumber, out.SequenceNumber)
	if s := c.LoanStatus; s != nil {
		out.LoanStatus = loanStatus{cmp.Or(s.EndDate, out.LoanStatus.EndDate), cmp.Or(s.Type, out.LoanStatus.Type)}
	}
	if c.PSLFStatus != nil {
		out.PSLFStatus = *c.PSLFStatus
	}
	if c.ServicerAddress != nil {
		out.ServicerAddress = c.ServicerAddress.Data
	}
	return out
}

// maxMonths bounds the months of a model (assumed: a hundred years).
const maxMonths = 1200

func (m *CustomRepayment) months(n json.Number) int {
	months, _ := n.Float64()
	return int(months)
}

// payoff is the day on which a loan of a day is paid back.
func (m *CustomRepayment) payoff(origination string) string {
	first, _ := parseDay(origination)
	year, month, date := first.start().Date()
	months := m.months(m.NonRepaymentMonths) + m.months(m.RepaymentMonths)
	return dayOf(time.Date(year, month+time.Month(months), date, 0, 0, 0, 0, time.UTC)).String()
}

// monthly is the equal payment of each month of repayment, on the principal and the interest
// that was capitalized before: none by default, else that of the months without repayment
// after the grace period (documented).
func (c *CustomLiability) monthly(loan studentLoan) json.Number {
	m := c.RepaymentModel
	owed, _ := loan.OriginationPrincipalAmount.Float64()
	percent, _ := loan.InterestRatePercentage.Float64()
	rate, months := percent/1200, float64(m.months(m.RepaymentMonths))
	if c.CapitalizationGrace != "" {
		owed *= math.Pow(1+rate, float64(max(0, m.months(m.NonRepaymentMonths)-m.months(c.CapitalizationGrace))))
	}
	payment := owed / months
	if rate > 0 {
		payment = owed * rate / (1 - math.Pow(1+rate, -months))
	}
	return json.Number(decimal(inCents(payment)))
}

// The values that the schemas of the OpenAPI file have: StudentLoanStatus and
// StudentRepaymentPlan. The documentation of user_custom writes the plan interest only.
var (
	loanStatuses = []string{
		"", "cancelled", "charged off", "claim", "consolidated", "deferment", "delinquent", "discharged", "extension",
		"forbearance", "in grace", "in military", "in school", "not fully disbursed", "other", "paid in full", "refunded",
		"repayment", "transferred", "pending idr",
	}
	repaymentPlans = []string{
		"", "extended graduated", "extended standard", "graduated", "income-contingent repayment",
		"income-based repayment", "income-sensitive repayment", "interest-only", "other", "pay as you earn",
		"revised pay as you earn", "standard", "saving on a valuable education",
	}
)

// check requires types that Plaid has, dates, and numbers in bounds.
func (c *CustomLiability) check() error {
	if c.RepaymentPlanType == "interest only" {
		c.RepaymentPlanType = "interest-only"
	}
	status := cmp.Or(c.LoanStatus, &loanStatus{})
	model := cmp.Or(c.RepaymentModel, &CustomRepayment{})
	pslf := cmp.Or(c.PSLFStatus, &pslfStatus{})
	switch {
	case !slices.Contains([]string{"", "credit", "student", "mortgage"}, c.Type):
		return fmt.Errorf("type is %q; credit or student is right", c.Type)
	case !slices.Contains(loanStatuses, status.Type):
		return fmt.Errorf("loan_status.type is %q; one of %q is right", status.Type, loanStatuses[1:])
	case !slices.Contains(repaymentPlans, c.RepaymentPlanType):
		return fmt.Errorf("repayment_plan_type is %q; one of %q is right", c.RepaymentPlanType, repaymentPlans[1:])
	case model.Type != "" && model.Type != "standard":
		return fmt.Errorf("repayment_model.type is %q; standard is right", model.Type)
	}
	return cmp.Or(
		checkMonths("interest_capitalization_grace_period_months", c.CapitalizationGrace),
		checkMonths("repayment_model.non_repayment_months", model.NonRepaymentMonths),
		checkMonths("repayment_model.repayment_months", model.RepaymentMonths),
		checkNumber("principal", c.Principal), checkRate("nominal_apr", c.NominalAPR),
		checkRate("purchase_apr", c.PurchaseAPR), checkDate("origination_date", c.OriginationDate),
		checkDate("expected_payoff_date", c.ExpectedPayoffDate), checkDate("loan_status.end_date", status.EndDate),
		checkDate("pslf_status.estimated_eligibility_date", pslf.EstimatedEligibilityDate),
	)
}

// checkMonths refuses what is no number of months. One that is left out is right.
func checkMonths(name string, n json.Number) error {
	if value, err := n.Float64(); n != "" && (err != nil || value < 0 || value > maxMonths) {
		return fmt.Errorf("%s is %s; 0 to %d months are right", name, n, maxMonths)
	}
	return nil
}

// checkRate refuses what is no percentage of interest (assumed: up to 100). One that is
// left out is right.
func checkRate(name string, n json.Number) error {
	if value, err := n.Float64(); n != "" && (err != nil || value < 0 || value > 100) {
		return fmt.Errorf("%s is %s; 0 to 100 percent a year is right", name, n)
	}
	return nil
}
