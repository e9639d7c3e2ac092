package plaid

import (
	"encoding/json"

	"tweed/emulator/internal/api"
)

type apr struct {
	APR                  json.Number `json:"apr"`
	BalanceSubjectToAPR  json.Number `json:"balance_subject_to_apr"`
	InterestChargeAmount json.Number `json:"interest_charge_amount"`
}

type aprs struct {
	BalanceTransfers apr `json:"balance_transfers"`
	CashAdvances     apr `json:"cash_advances"`
	Purchases        apr `json:"purchases"`
}

type creditDetails struct {
	AccountID            string      `json:"account_id"`
	APRs                 aprs        `json:"aprs"`
	LastPaymentAmount    json.Number `json:"last_payment_amount"`
	LastPaymentDate      string      `json:"last_payment_date"`
	LastStatementBalance json.Number `json:"last_statement_balance"`
	LastStatementDate    string      `json:"last_statement_date"`
	MinimumPaymentAmount json.Number `json:"minimum_payment_amount"`
	NextBillDueDate      string      `json:"next_bill_due_date"`
}

// creditDetailsOf are those that were recorded in 2018 and 2019, dates included, for every
// credit account.
func creditDetailsOf(accountID string) creditDetails {
	return creditDetails{
		AccountID: accountID,
		APRs: aprs{
			BalanceTransfers: apr{"0.125", "1200", "150"},
			CashAdvances:     apr{"0.165", "0", "0"},
			Purchases:        apr{"0.125", "1650", "206.25"},
		},
		LastPaymentAmount: "875", LastPaymentDate: "2016-09-13T00:00:00Z",
		LastStatementBalance: "3450", LastStatementDate: "2016-10-01T00:00:00Z",
		MinimumPaymentAmount: "800", NextBillDueDate: "2016-10-15T00:00:00Z",
	}
}

type creditDetailsResponse struct {
	Accounts      []accountBody   `json:"accounts"`
	CreditDetails []creditDetails `json:"credit_details"`
	Item          itemBody        `json:"item"`
	RequestID     string          `json:"request_id"`
}

// creditDetailsGet told about credit cards before there were liabilities; 2020-09-14 does
// not have it. Errors, in order of checking: those of product, INVALID_ACCOUNT_ID.
func creditDetailsGet(c *api.Call, req accountsRequest) (creditDetailsResponse, error) {
	item, err := product(c, req.AccessToken, "credit_details")
	if err != nil {
		return creditDetailsResponse{}, err
	}
	chosen, err := req.choose(c.World, item)
	if err != nil {
		return creditDetailsResponse{}, err
	}
	out := creditDetailsResponse{
		Accounts: bodies(chosen), CreditDetails: []creditDetails{}, Item: item.body(c.World), RequestID: c.RequestID,
	}
	for _, a := range chosen {
		if a.Type == "credit" {
			out.CreditDetails = append(out.CreditDetails, creditDetailsOf(a.ID))
		}
	}
	return out, nil
}
