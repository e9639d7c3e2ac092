package sentinel

// State is where a transfer stands. The names are those of Apex's Swagger texts (klane67/apex_clearing, 2016); the
// three that belong to checks (PENDING_PRINTING, VOID, STOP_PAYMENT) are left out.
type State string

// The states of an ACH transfer.
const (
	Pending               State = "PENDING"
	PendingBrokerApproval State = "PENDING_BROKER_APPROVAL"
	Frozen                State = "FROZEN"
	Approved              State = "APPROVED"
	FundsPosted           State = "FUNDS_POSTED"
	SentToBank            State = "SENT_TO_BANK"
	FailedAtBank          State = "FAILED_AT_BANK"
	CompleteRestricted    State = "COMPLETE_RESTRICTED"
	Complete              State = "COMPLETE"
	Returned              State = "RETURNED"
	Rejected              State = "REJECTED"
	Canceled              State = "CANCELED"
)

// event is what can happen to a transfer. Its text is how errors call it: "... cannot be approved".
type event string

const (
	onRefer    event = "referred to the broker"
	onFreeze   event = "frozen"
	onApprove  event = "approved"
	onReject   event = "rejected"
	onCancel   event = "canceled"
	onPost     event = "posted"
	onSend     event = "sent to the bank"
	onFail     event = "failed at the bank"
	onRestrict event = "completed with a restriction"
	onComplete event = "completed"
	onReturn   event = "returned"
)

// transitions is the whole state machine: what is not in it is refused. Known are the names of the states, that a
// transfer can be canceled until it is handed to the bank (klane67/apex_clearing), and that SENT_TO_BANK, COMPLETE,
// RETURNED and REJECTED can not (Alpaca's gobroker). The order of the usual road is inferred from the names and from
// Tradier's published statuses. The side roads (referred, frozen, failed, restricted) have no public description.
var transitions = map[State]map[event]State{
	Pending: {
		onApprove: Approved, onReject: Rejected, onCancel: Canceled,
		onRefer: PendingBrokerApproval, onFreeze: Frozen,
	},
	PendingBrokerApproval: {onApprove: Approved, onReject: Rejected, onCancel: Canceled},
	Frozen:                {onApprove: Approved, onReject: Rejected, onCancel: Canceled},
	Approved:              {onPost: FundsPosted, onCancel: Canceled},
	FundsPosted:           {onSend: SentToBank, onCancel: Canceled},
	SentToBank: {
		onComplete: Complete, onRestrict: CompleteRestricted, onFail: FailedAtBank, onReturn: Returned,
	},
	CompleteRestricted: {onReturn: Returned},
	Complete:           {onReturn: Returned},
	FailedAtBank:       {},
	Returned:           {},
	Rejected:           {},
	Canceled:           {},
}
