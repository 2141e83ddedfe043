// Package timeline is a priority queue of values by time.
package timeline

import "cmp"

// Queue returns values in the order of their times; among equal times the order is
// undefined. The zero Queue is empty and ready for use. It is a heap with four
// children per node: values that are added in order cost one comparison each.
type Queue[K cmp.Ordered, T any] struct{ heap []entry[K, T] }

type entry[K, T any] struct {
	at    K
	value T
}

// Len returns the number of values.
func (q *Queue[K, T]) Len() int { return len(q.heap) }

// First returns the time of the first value. The queue must not be empty.
func (q *Queue[K, T]) First() K { return q.heap[0].at }

// Push adds a value.
func (q *Queue[K, T]) Push(at K, value T) {
	q.heap = append(q.heap, entry[K, T]{at, value})
	h := q.heap
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if h[parent].at <= at {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = entry[K, T]{at, value}
}

// Pop removes and returns the first value and its time. The queue must not be empty.
func (q *Queue[K, T]) Pop() (K, T) {
	last := len(q.heap) - 1
	first, e := q.heap[0], q.heap[last]
	q.heap[last] = entry[K, T]{} // releases what the value refers to
	q.heap = q.heap[:last]
	if last > 0 {
		q.sink(e)
	}
	return first.at, first.value
}

// sink puts e in the place of the first entry, or below it.
func (q *Queue[K, T]) sink(e entry[K, T]) {
	h := q.heap
	i := 0
	for {
		least, at := i, e.at
		for c := 4*i + 1; c < min(4*i+5, len(h)); c++ {
			if h[c].at < at {
				least, at = c, h[c].at
			}
		}
		if least == i {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
}
