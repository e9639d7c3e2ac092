package plaid

import (
	"slices"
	"strings"
	"sync"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
)

type category struct {
	CategoryID string   `json:"category_id"`
	Group      string   `json:"group"`
	Hierarchy  []string `json:"hierarchy"`
}

// documentedCategories are those of the OpenAPI file's example.
var documentedCategories = []category{
	{"10000000", "special", []string{"Bank Fees"}},
	{"10001000", "special", []string{"Bank Fees", "Overdraft"}},
	{"12001000", "place", []string{"Community", "Animal Shelter"}},
}

// categories are the legacy categories by id: the documented ones, those of all transactions
// here, and what each of them is part of. Plaid has about six hundred. That a category's group
// is the transaction_type of its transactions is assumed, and that what it is part of has the
// same.
var categories = sync.OnceValue(func() []category {
	out := slices.Clone(documentedCategories)
	for _, p := range append([]dataset.Payee{unknownPayee, unknownPayer}, dataset.Payees()...) {
		out = append(out, category{p.CategoryID, p.Type, p.Category})
	}
	for _, c := range slices.Clone(out) {
		for depth := 1; depth < len(c.Hierarchy); depth++ {
			out = append(out, category{ancestorID(c.CategoryID, depth), c.Group, c.Hierarchy[:depth]})
		}
	}
	slices.SortStableFunc(out, func(a, b category) int { return strings.Compare(a.CategoryID, b.CategoryID) })
	return slices.CompactFunc(out, func(a, b category) bool { return a.CategoryID == b.CategoryID })
})

// ancestorID is the id of what a category is part of: two digits say the first level, three the
// second, three the third.
func ancestorID(id string, depth int) string {
	known := 3*depth - 1
	return id[:known] + strings.Repeat("0", len(id)-known)
}

type categoriesRequest struct{}

type categoriesResponse struct {
	Categories []category `json:"categories"`
	RequestID  string     `json:"request_id"`
}

// categoriesGet lists the legacy categories that transactions here can have. It needs no keys.
func categoriesGet(c *api.Call, _ categoriesRequest) (categoriesResponse, error) {
	return categoriesResponse{Categories: categories(), RequestID: c.RequestID}, nil
}
