package plaid

import "encoding/json"

// The terms below are those of the OpenAPI file's example of /liabilities/get, whose other
// values are the Sandbox's; that they are, too, is assumed. Its days of the month are kept,
// in the months around today.

type creditLiability struct {
	AccountID              string       `json:"account_id"`
	APRs                   []annualRate `json:"aprs"`
	IsOverdue              bool         `json:"is_overdue"`
	LastPaymentAmount      json.Number  `json:"last_payment_amount"`
	LastPaymentDate        string       `json:"last_payment_date"`
	LastStatementBalance   json.Number  `json:"last_statement_balance"`
	LastStatementIssueDate string       `json:"last_statement_issue_date"`
	MinimumPaymentAmount   json.Number  `json:"minimum_payment_amount"`
	NextPaymentDueDate     string       `json:"next_payment_due_date"`
}

type annualRate struct {
	Percentage           json.Number `json:"apr_percentage"`
	Type                 string      `json:"apr_type"`
	BalanceSubjectToAPR  json.Number `json:"balance_subject_to_apr"`
	InterestChargeAmount json.Number `json:"interest_charge_amount"`
}

func (a account) credit(today day) creditLiability {
	return creditLiability{
		AccountID: a.ID,
		APRs: []annualRate{
			{"15.24", "balance_transfer_apr", "1562.32", "130.22"},
			{"27.95", "cash_apr", "56.22", "14.81"},
			{"12.5", "purchase_apr", "157.01", "25.66"},
			{"0", "special", "1000", "0"},
		},
		LastPaymentAmount: "168.25", LastPaymentDate: today.last(22).String(),
		LastStatementBalance: "1708.77", LastStatementIssueDate: today.last(28).String(),
		MinimumPaymentAmount: "20", NextPaymentDueDate: today.next(28).String(),
	}
}

type mortgageLiability struct {
	AccountID                  string          `json:"account_id"`
	AccountNumber              string          `json:"account_number"`
	CurrentLateFee             json.Number     `json:"current_late_fee"`
	EscrowBalance              json.Number     `json:"escrow_balance"`
	HasPMI                     bool            `json:"has_pmi"`
	HasPrepaymentPenalty       bool            `json:"has_prepayment_penalty"`
	InterestRate               interestRate    `json:"interest_rate"`
	LastPaymentAmount          json.Number     `json:"last_payment_amount"`
	LastPaymentDate            string          `json:"last_payment_date"`
	LoanTerm                   string          `json:"loan_term"`
	LoanTypeDescription        string          `json:"loan_type_description"`
	MaturityDate               string          `json:"maturity_date"`
	NextMonthlyPayment         json.Number     `json:"next_monthly_payment"`
	NextPaymentDueDate         string          `json:"next_payment_due_date"`
	OriginationDate            string          `json:"origination_date"`
	OriginationPrincipalAmount json.Number     `json:"origination_principal_amount"`
	PastDueAmount              json.Number     `json:"past_due_amount"`
	PropertyAddress            propertyAddress `json:"property_address"`
	YTDInterestPaid            json.Number     `json:"ytd_interest_paid"`
	YTDPrincipalPaid           json.Number     `json:"ytd_principal_paid"`
}

type interestRate struct {
	Percentage json.Number `json:"percentage"`
	Type       string      `json:"type"`
}

type propertyAddress struct {
	City       string `json:"city"`
	Country    string `json:"country"`
	PostalCode string `json:"postal_code"`
	Region     string `json:"region"`
	Street     string `json:"street"`
}

func (a account) mortgage(today day) mortgageLiability {
	return mortgageLiability{
		AccountID: a.ID, AccountNumber: "3120194154", CurrentLateFee: "25", EscrowBalance: "3141.54",
		HasPMI: true, HasPrepaymentPenalty: true, InterestRate: interestRate{"3.99", "fixed"},
		LastPaymentAmount: "3141.54", LastPaymentDate: today.last(1).String(),
		LoanTerm: "30 year", LoanTypeDescription: "conventional", MaturityDate: "2045-07-31",
		NextMonthlyPayment: "3141.54", NextPaymentDueDate: today.next(15).String(),
		OriginationDate: "2015-08-01", OriginationPrincipalAmount: "425000", PastDueAmount: "2304",
		PropertyAddress: propertyAddress{"Malakoff", "US", "14236", "NY", "2992 Cameron Road"},
		YTDInterestPaid: "12300.4", YTDPrincipalPaid: "12340.5",
	}
}

type studentLoan struct {
	AccountID                  string          `json:"account_id"`
	AccountNumber              string          `json:"account_number"`
	DisbursementDates          []string        `json:"disbursement_dates"`
	ExpectedPayoffDate         string          `json:"expected_payoff_date"`
	Guarantor                  string          `json:"guarantor"`
	InterestRatePercentage     json.Number     `json:"interest_rate_percentage"`
	IsOverdue                  bool            `json:"is_overdue"`
	LastPaymentAmount          json.Number     `json:"last_payment_amount"`
	LastPaymentDate            string          `json:"last_payment_date"`
	LastStatementBalance       json.Number     `json:"last_statement_balance"`
	LastStatementIssueDate     string          `json:"last_statement_issue_date"`
	LoanName                   string          `json:"loan_name"`
	LoanStatus                 loanStatus      `json:"loan_status"`
	MinimumPaymentAmount       json.Number     `json:"minimum_payment_amount"`
	NextPaymentDueDate         string          `json:"next_payment_due_date"`
	OriginationDate            string          `json:"origination_date"`
	OriginationPrincipalAmount json.Number     `json:"origination_principal_amount"`
	OutstandingInterestAmount  json.Number     `json:"outstanding_interest_amount"`
	PaymentReferenceNumber     string          `json:"payment_reference_number"`
	PSLFStatus                 pslfStatus      `json:"pslf_status"`
	RepaymentPlan              repaymentPlan   `json:"repayment_plan"`
	SequenceNumber             string          `json:"sequence_number"`
	ServicerAddress            propertyAddress `json:"servicer_address"`
	YTDInterestPaid            json.Number     `json:"ytd_interest_paid"`
	YTDPrincipalPaid           json.Number     `json:"ytd_principal_paid"`
}

type loanStatus struct {
	EndDate string `json:"end_date"`
	Type    string `json:"type"`
}

type pslfStatus struct {
	EstimatedEligibilityDate string `json:"estimated_eligibility_date"`
	PaymentsMade             int    `json:"payments_made"`
	PaymentsRemaining        int    `json:"payments_remaining"`
}

type repaymentPlan struct {
	Description string `json:"description"`
	Type        string `json:"type"`
}

func (a account) student(today day) studentLoan {
	return studentLoan{
		AccountID: a.ID, AccountNumber: "4277075694", DisbursementDates: []string{"2002-08-28"},
		ExpectedPayoffDate: "2032-07-28", Guarantor: "DEPT OF ED", InterestRatePercentage: "5.25",
		LastPaymentAmount: "138.05", LastPaymentDate: today.last(22).String(),
		LastStatementBalance: "1708.77", LastStatementIssueDate: today.last(28).String(),
		LoanName: "Consolidation", LoanStatus: loanStatus{"2032-07-28", "repayment"},
		MinimumPaymentAmount: "25", NextPaymentDueDate: today.next(28).String(),
		OriginationDate: "2002-08-28", OriginationPrincipalAmount: "25000", OutstandingInterestAmount: "6227.36",
		PaymentReferenceNumber: "4277075694", PSLFStatus: pslfStatus{"2021-01-01", 200, 160},
		RepaymentPlan: repaymentPlan{"Standard Repayment", "standard"}, SequenceNumber: "1",
		ServicerAddress: propertyAddress{"San Matias", "US", "99415", "CA", "123 Relaxation Road"},
		YTDInterestPaid: "280.55", YTDPrincipalPaid: "271.65",
	}
}
