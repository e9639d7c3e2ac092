package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
)

type paymentTokenResponse struct {
	PaymentToken string `json:"payment_token"`
	Expiration   string `json:"payment_token_expiration_time"`
	RequestID    string `json:"request_id"`
}

// paymentTokenLife is how long a payment token is good (plaid.com/docs, 2020: 15 minutes).
const paymentTokenLife = 15 * time.Minute

// createPaymentToken makes the token with which old Link took a payment's user. A recording
// of 2021 has NO_LONGER_AVAILABLE here; the OpenAPI file and plaid-go's own tests are newer
// and have a token. Errors: those of paymentOf.
func createPaymentToken(c *api.Call, req paymentIDRequest) (paymentTokenResponse, error) {
	p, err := paymentOf(c, req.PaymentID)
	if err != nil {
		return paymentTokenResponse{}, err
	}
	p.Token = newToken(c.World, "payment-token")
	payments.Put(c.World, req.PaymentID, p)
	return paymentTokenResponse{
		Expiration: c.Now.Add(paymentTokenLife).Format(time.RFC3339), PaymentToken: p.Token, RequestID: c.RequestID,
	}, nil
}

type paymentSimulateRequest struct {
	PaymentID string `json:"payment_id"`
	Status    string `json:"status"`
	Webhook   string `json:"webhook"`
}

type paymentSimulateResponse struct {
	NewStatus string `json:"new_status"`
	OldStatus string `json:"old_status"`
	RequestID string `json:"request_id"`
}

// sandboxPaymentSimulate moves a payment and tells the webhook of it. Errors, in order of
// checking: those of paymentOf, INVALID_FIELD for a state that cannot follow (assumed).
func sandboxPaymentSimulate(c *api.Call, req paymentSimulateRequest) (paymentSimulateResponse, error) {
	p, err := paymentOf(c, req.PaymentID)
	if err != nil {
		return paymentSimulateResponse{}, err
	}
	old := p.Status
	if !slices.Contains(paymentMoves[old], req.Status) {
		return paymentSimulateResponse{}, errInvalidField.Text("status must be one that can follow " + old)
	}
	p.Status, p.Updated = req.Status, c.Now
	payments.Put(c.World, req.PaymentID, p)
	sendWebhook(c.World, req.Webhook, map[string]any{
		"webhook_type": "PAYMENT_INITIATION", "webhook_code": "PAYMENT_STATUS_UPDATE", "payment_id": req.PaymentID,
		"new_payment_status": p.Status, "old_payment_status": old, "original_reference": p.Reference,
		"adjusted_reference": nil, "original_start_date": nil, "adjusted_start_date": nil,
		"timestamp": c.Now.Format(milliseconds), "error": nil,
	})
	return paymentSimulateResponse{NewStatus: p.Status, OldStatus: old, RequestID: c.RequestID}, nil
}
