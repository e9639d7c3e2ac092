package scenario

import "fmt"

// numbers are as many as one throw of the dice has to give (the generator is splitmix64).
type numbers struct{ state uint64 }

// numbersOf begins the numbers of a throw, from 0 to below 1.
func numbersOf(throw float64) *numbers { return &numbers{uint64(throw * (1 << 53))} }

func (n *numbers) next() uint64 {
	n.state += 0x9e3779b97f4a7c15
	z := n.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// shuffled puts the items of a list into another order in which none has kept its place, by
// Sattolo's algorithm: an application that takes the first account for the right one meets
// another account each time.
func (n *numbers) shuffled(list any, path string) (any, error) {
	items, ok := list.([]any)
	if !ok {
		return list, fmt.Errorf("%s is no list", path)
	}
	for i := len(items) - 1; i > 0; i-- {
		j := n.next() % uint64(i) // below i: no item stays
		items[i], items[j] = items[j], items[i]
	}
	return items, nil
}
