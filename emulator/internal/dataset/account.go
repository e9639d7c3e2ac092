package dataset

// AccountSet is the list of accounts behind one or more test users.
type AccountSet struct {
	// Name is how users name it.
	Name string
	// Accounts are in the order of Plaid's answers.
	Accounts []Account
	// ACHOrder is the order of the ach array of /auth/get, by mask. It is not the order of Accounts: cash management
	// comes first (seen 2026-09).
	ACHOrder []string
	// Confidence is documented, observed or assumed.
	Confidence string
	// Source says where the facts come from.
	Source string
}

// ByACHOrder gives the accounts with numbers in the order in which /auth/get lists them.
func (s *AccountSet) ByACHOrder() []*Account {
	var out []*Account
	for _, mask := range s.ACHOrder {
		if a, ok := first(s.Accounts, func(a *Account) bool { return a.Mask == mask && a.Numbers != nil }); ok {
			out = append(out, a)
		}
	}
	return out
}

// Account is one account of a test user, without an id: ids belong to an Item.
type Account struct {
	// Name is Plaid's name.
	Name string
	// OfficialName is Plaid's official_name; nil = null.
	OfficialName *string
	// Mask is the last digits of the number.
	Mask string
	// Type and Subtype are Plaid's, such as depository and checking.
	Type    string
	Subtype string
	// Available, Current and Limit are balances in US dollars; nil = null.
	Available *Amount
	Current   *Amount
	Limit     *Amount
	// HolderCategory is personal or business; nil where the Sandbox has none.
	HolderCategory *string
	// Numbers are those of /auth/get; nil = the account has none.
	Numbers *Numbers
	// Fate is what becomes of deposits from the account at Sentinel: a Nacha return code (R01), a change code (C01), a
	// reject reason (NSF), or a state in which they stay (PENDING). "" = they settle.
	Fate string
}

// Amount is a balance: the exact decimal as the Sandbox writes it, and its cents.
type Amount struct {
	// Text is a JSON number, such as 23631.9805.
	Text string
	// Cents are integer cents, cut towards zero where the amount has more than two decimals.
	Cents int64
	// Exact is true when Cents is the whole amount.
	Exact bool
}

// MarshalJSON writes Text as a JSON number.
func (a *Amount) MarshalJSON() ([]byte, error) { return []byte(a.Text), nil }

// Numbers are the bank numbers of an account.
type Numbers struct {
	// Account is the account number.
	Account string
	// Routing is the ABA number for ACH, nine digits.
	Routing string
	// WireRouting is the ABA number for wires; "" = none.
	WireRouting string
}

// Owner is who /identity/get says owns an account.
type Owner struct {
	// Name is how users name it.
	Name string
	// Names, Emails, Phones and Addresses are in the order of Plaid's answer.
	Names     []string
	Emails    []Contact
	Phones    []Contact
	Addresses []Address
	// Confidence is documented, observed or assumed.
	Confidence string
	// Source says where the facts come from.
	Source string
}

// Contact is an e-mail address or a phone number.
type Contact struct {
	// Data is the address or number itself.
	Data string
	// Primary marks the main one.
	Primary bool
	// Type is primary, secondary or other for an e-mail address; home, work or mobile for a phone.
	Type string
}

// Address is a postal address; its fields are named as in version 2019-05-29 and later.
type Address struct {
	Street     string
	City       string
	Region     string
	PostalCode string
	// Country is ISO 3166-1 alpha-2.
	Country string
	// Primary marks the main one.
	Primary bool
}
