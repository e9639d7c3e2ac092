package plaid

import "tweed/emulator/internal/api"

// The calls of partners about transactions are those of apps, for the one account of a
// processor token.

type processorTransactionsRequest struct {
	EndDate        string                 `json:"end_date"`
	Options        transactionsGetOptions `json:"options"`
	ProcessorToken string                 `json:"processor_token"`
	StartDate      string                 `json:"start_date"`
}

type processorTransactionsResponse struct {
	Account           accountBody       `json:"account"`
	RequestID         string            `json:"request_id"`
	TotalTransactions int               `json:"total_transactions"`
	Transactions      []transactionBody `json:"transactions"`
}

// processorTransactionsGet is transactionsGet for a partner. Errors, in order of checking:
// INVALID_FIELD for a count or an offset that cannot be, those of byProcessorToken,
// PRODUCT_NOT_READY.
func processorTransactionsGet(
	c *api.Call, req processorTransactionsRequest,
) (processorTransactionsResponse, error) {
	if err := req.Options.check(); err != nil {
		return processorTransactionsResponse{}, err
	}
	item, acc, err := byProcessorToken(c, req.ProcessorToken, productTransactions)
	if err != nil {
		return processorTransactionsResponse{}, err
	}
	s, f := current(c.World, item, historyRange{})
	if s.Part == partNone {
		return processorTransactionsResponse{}, errNotReady.New()
	}
	h := item.history(c.World, f, s)
	found := h.between(req.StartDate, req.EndDate, h.placesOf([]account{acc}))
	shown := page(found, countOr(req.Options.Count), req.Options.Offset)
	return processorTransactionsResponse{
		Account: acc.body(), RequestID: c.RequestID, TotalTransactions: len(found),
		Transactions: h.bodies(shown, req.Options.transactionOptions),
	}, nil
}

type processorSyncRequest struct {
	ProcessorToken string `json:"processor_token"`
	syncRequest
}

type processorSyncResponse struct {
	Account accountBody `json:"account"`
	syncPage
}

// processorTransactionsSync is transactionsSync for a partner. An account_id among the
// options is that of the token or INVALID_ACCOUNT_ID (assumed). Errors, in order of
// checking: INVALID_FIELD for a count or days_requested that cannot be, those of
// byProcessorToken, those of Item.sync.
func processorTransactionsSync(c *api.Call, req processorSyncRequest) (processorSyncResponse, error) {
	if err := req.check(); err != nil {
		return processorSyncResponse{}, err
	}
	item, acc, err := byProcessorToken(c, req.ProcessorToken, productTransactions)
	if err != nil {
		return processorSyncResponse{}, err
	}
	if id := req.Options.AccountID; id != "" && id != acc.ID {
		return processorSyncResponse{}, errAccountID.New()
	}
	req.Options.AccountID = acc.ID
	_, page, err := item.sync(c, req.syncRequest)
	if err != nil {
		return processorSyncResponse{}, err
	}
	return processorSyncResponse{Account: acc.body(), syncPage: page}, nil
}

// processorTransactionsRefresh is transactionsRefresh for a partner. Errors, in order of
// checking: those of byProcessorToken, PRODUCT_NOT_ENABLED.
func processorTransactionsRefresh(c *api.Call, req processorRequest) (requestIDResponse, error) {
	item, err := partnersItem(c, req.ProcessorToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	if err := item.refresh(c); err != nil {
		return requestIDResponse{}, err
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

type processorRecurringRequest struct {
	Options        transactionOptions `json:"options"`
	ProcessorToken string             `json:"processor_token"`
}

// processorTransactionsRecurringGet is transactionsRecurringGet for a partner. Errors, in
// order of checking: those of byProcessorToken, PRODUCT_NOT_ENABLED, PRODUCT_NOT_READY.
func processorTransactionsRecurringGet(c *api.Call, req processorRecurringRequest) (recurringResponse, error) {
	item, err := partnersItem(c, req.ProcessorToken)
	if err != nil {
		return recurringResponse{}, err
	}
	row, _ := processorTokens.Get(c.World, req.ProcessorToken)
	return item.recurring(c, recurringRequest{AccountIDs: []string{row.Account}, Options: req.Options})
}

// partnersItem resolves a processor token for a call that needs the product and does not
// add it.
func partnersItem(c *api.Call, token string) (Item, error) {
	_, item, err := processorTokenOf(c, token)
	if err != nil {
		return item, err
	}
	if item.lacks(productTransactions) {
		return item, errNotEnabled.New()
	}
	item, _, err = byProcessorToken(c, token, productTransactions)
	return item, err
}
