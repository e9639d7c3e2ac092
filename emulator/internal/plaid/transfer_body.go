package plaid

import (
	"encoding/json"
	"time"

	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

type transferBody struct {
	AccountID                  string           `json:"account_id"`
	ACHClass                   string           `json:"ach_class,omitempty"`
	Amount                     string           `json:"amount"`
	AuthorizationID            string           `json:"authorization_id"`
	Cancellable                bool             `json:"cancellable"`
	Created                    string           `json:"created"`
	CreditFundsSource          *string          `json:"credit_funds_source"`
	Description                string           `json:"description"`
	ExpectedFundsAvailableDate *string          `json:"expected_funds_available_date"`
	ExpectedSettlementDate     *string          `json:"expected_settlement_date"`
	FailureReason              *transferFailure `json:"failure_reason"`
	FundingAccountID           *string          `json:"funding_account_id"`
	GuaranteeDecision          *string          `json:"guarantee_decision"`
	GuaranteeDecisionRationale *rationale       `json:"guarantee_decision_rationale"`
	ID                         string           `json:"id"`
	ISOCurrencyCode            string           `json:"iso_currency_code"`
	LedgerID                   *string          `json:"ledger_id"`
	Metadata                   json.RawMessage  `json:"metadata"`
	Network                    string           `json:"network"`
	NetworkTraceID             *string          `json:"network_trace_id"`
	OriginationAccountID       string           `json:"origination_account_id"`
	OriginatorClientID         *string          `json:"originator_client_id"`
	RecurringTransferID        *string          `json:"recurring_transfer_id"`
	Refunds                    []refundBody     `json:"refunds"`
	StandardReturnWindow       *string          `json:"standard_return_window"`
	Status                     string           `json:"status"`
	SweepStatus                *string          `json:"sweep_status"`
	Type                       string           `json:"type"`
	UnauthorizedReturnWindow   *string          `json:"unauthorized_return_window"`
	User                       transferUser     `json:"user"`
	WireDetails                json.RawMessage  `json:"wire_details,omitempty"`
}

func (t transfer) body(w *world.World) transferBody {
	a, _ := authorizations.Get(w, t.Authorization)
	out := transferBody{
		AccountID: a.Account, ACHClass: a.Class, Amount: t.Amount.String(), AuthorizationID: a.ID,
		Cancellable: t.Status == statusPending, Created: t.Created.Format(time.RFC3339),
		CreditFundsSource: creditSource(a.Type), Description: t.Description, FailureReason: t.Failure, ID: t.ID,
		ISOCurrencyCode: usd, Metadata: t.Metadata, Network: a.Network, NetworkTraceID: t.trace(w),
		OriginationAccountID: originationAccount(w, t.Client), RecurringTransferID: orNull(t.Recurring),
		Refunds: t.refunds(w), Status: t.Status, SweepStatus: orNull(t.SweepStatus), Type: a.Type, User: a.User,
		WireDetails: a.Wire,
	}
	out.FundingAccountID, out.LedgerID = fundsOf(w, t.Client, a.Funding)
	t.dates(a, &out)
	return out
}

// trace is the number by which the network knows a transfer that is there: 15 digits, as an
// ACH trace number (assumed for the other networks).
func (t transfer) trace(w *world.World) *string {
	switch t.Status {
	case statusPending, statusCancelled, statusFailed:
		return nil
	}
	return orNull(w.Derive("network_trace", t.ID).Text("0123456789", 15))
}

// How long a transfer takes, in banking days. The return windows are documented (OpenAPI
// file: 3 and 61 days after settlement); the others are assumed.
const (
	settlementDays   = 1
	standardReturns  = 3
	unauthorizedDays = 61
	holdDays         = 5
)

// dates fills in what is expected of an ACH transfer. One that has come back never makes its
// funds available.
func (t transfer) dates(a transferAuthorization, out *transferBody) {
	if a.Class == "" {
		return
	}
	calendar := nacha.Calendar{}
	after := func(days int) *string {
		return orNull(calendar.AddBankingDays(t.Created.In(nacha.NewYork()), days).Format(time.DateOnly))
	}
	settled := settlementDays
	if a.Network == networkSameDay {
		settled = 0
	}
	out.ExpectedSettlementDate = after(settled)
	out.StandardReturnWindow = after(settled + standardReturns)
	out.UnauthorizedReturnWindow = after(settled + unauthorizedDays)
	if a.Type == typeDebit && t.Status != statusReturned {
		out.ExpectedFundsAvailableDate = after(settled + holdDays)
	}
}
