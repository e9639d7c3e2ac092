// Package dataset holds what the Sandbox knows before anybody links anything: institutions, test users with their
// accounts, owners and transactions, and the processors that a token can be made for.
//
// The facts live in fixtures/institutions.yaml, users.yaml, processors.yaml and transactions.yaml, each with its
// source. `go generate` compiles them strictly into tables_gen.go, so that nothing is parsed at start; a test requires
// that the two are the same. Everything that comes out of this package is shared and must not be changed.
package dataset

//go:generate go run tweed/emulator/internal/dataset/compile/cmd bank tables_gen.go

// Institution is one bank as /institutions/get knows it.
type Institution struct {
	// ID is Plaid's institution_id.
	ID string
	// Name is the display name.
	Name string
	// CountryCodes are ISO 3166-1 alpha-2.
	CountryCodes []string
	// Products are Plaid's product names in alphabetical order.
	Products []string
	// AuthMethods are the methods of Auth beside Instant Auth, such as instant_match.
	AuthMethods []string
	// OAuth is true where Link goes through the bank's own page.
	OAuth bool
	// RoutingNumbers are ABA numbers; empty in every recorded answer of the Sandbox, made up elsewhere but for
	// Plaid's examples.
	RoutingNumbers []string
	// URL, PrimaryColor (#rrggbb) and Logo (there is one) are the optional metadata.
	URL          string
	PrimaryColor string
	Logo         bool
	// Health is healthy, degraded or down.
	Health string
	// Unsupported is true where Link refuses the institution.
	Unsupported bool
	// Confidence is documented, observed or assumed.
	Confidence string
	// Source says where the facts come from.
	Source string
	// Note is anything else worth knowing.
	Note string
}

// Offers says whether the institution has a product.
func (i *Institution) Offers(product string) bool {
	for _, p := range i.Products {
		if p == product {
			return true
		}
	}
	return false
}

// Institutions lists all institutions in file order.
func Institutions() []*Institution { return pointers(institutions) }

// FindInstitution finds one by its institution_id.
func FindInstitution(id string) (*Institution, bool) {
	return first(institutions, func(i *Institution) bool { return i.ID == id })
}

// Processor is one value of processor in /processor/token/create.
type Processor struct {
	// ID is the value, such as apex_clearing.
	ID string
	// Name is the display name, as in "not enabled for the Straddle integration".
	Name string
	// Confidence is of the name: observed or assumed. All ids are documented.
	Confidence string
}

// Processors lists the 75 processors in the order of Plaid's specification (2026-06).
func Processors() []*Processor { return pointers(processors) }

// FindProcessor finds one by its id.
func FindProcessor(id string) (*Processor, bool) {
	return first(processors, func(p *Processor) bool { return p.ID == id })
}

// User is one test user of the Sandbox.
type User struct {
	// Username is what Link and options.override_username take.
	Username string
	// Password is the right one; "" = any works.
	Password string
	// Accounts names the list of accounts, see AccountSet.
	Accounts string
	// Owner names the owner, see FindOwner.
	Owner string
	// Confidence is documented, observed or assumed.
	Confidence string
	// Source says where the facts come from.
	Source string
}

// Users lists the test users in file order; user_good is the first.
func Users() []*User { return pointers(users) }

// FindUser finds one by its username.
func FindUser(username string) (*User, bool) {
	return first(users, func(u *User) bool { return u.Username == username })
}

// AccountSet gives the user's accounts; never nil.
func (u *User) AccountSet() *AccountSet {
	set, _ := first(accountSets, func(s *AccountSet) bool { return s.Name == u.Accounts })
	return set
}

// Person gives the owner of the user's accounts; never nil.
func (u *User) Person() *Owner {
	owner, _ := first(owners, func(o *Owner) bool { return o.Name == u.Owner })
	return owner
}

func pointers[T any](table []T) []*T {
	out := make([]*T, len(table))
	for i := range table {
		out[i] = &table[i]
	}
	return out
}

func first[T any](table []T, match func(*T) bool) (*T, bool) {
	for i := range table {
		if match(&table[i]) {
			return &table[i], true
		}
	}
	return nil, false
}
