package dataset

// Payee is who a transaction is with, and how Plaid files it.
type Payee struct {
	// Name is the transaction's name, as the bank writes it.
	Name string
	// Merchant, Website and Entity are merchant_name, website and merchant_entity_id; "" = null.
	Merchant string
	Website  string
	Entity   string
	// CategoryID and Category are the legacy category.
	CategoryID string
	Category   []string
	// Primary and Detailed are the personal finance category; OlderPrimary and OlderDetailed are what version v1 says
	// where it differs, else "".
	Primary       string
	Detailed      string
	OlderPrimary  string
	OlderDetailed string
	// Level is the confidence_level of the category.
	Level string
	// Channel is payment_channel, Type transaction_type, Method payment_meta.payment_method ("" = null).
	Channel string
	Type    string
	Method  string
	// Confidence is observed, or assumed for Tweed's own.
	Confidence string
}

// Standing is a transaction that user_good has once in every 30 days.
type Standing struct {
	// Back is how many days before the day of the cycle it is.
	Back int
	// Mask is the account's.
	Mask string
	// Amount is in dollars as the Sandbox writes them; positive = money leaves the account.
	Amount string
	// Payee is the name of one.
	Payee string
	// Authorized is true where authorized_date is the day before the date; else it is null.
	Authorized bool
}

// Draw is a kind of transaction that random histories have.
type Draw struct {
	// Payee is the name of one.
	Payee string
	// From and To bound the amount in cents.
	From int
	To   int
}

// StandingTransactions lists user_good's in the order of an answer, newest first.
func StandingTransactions() []Standing { return standing }

// Draws lists what random histories are made of.
func Draws() []Draw { return draws }

// Payees lists who transactions are with.
func Payees() []Payee { return payees }

// FindPayee finds one by the name of a transaction.
func FindPayee(name string) (*Payee, bool) {
	return first(payees, func(p *Payee) bool { return p.Name == name })
}
