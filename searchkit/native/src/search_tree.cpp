#include "search_tree.hpp"

#include <algorithm>
#include <cmath>

#include "search_best.hpp"
#include "search_boolean.hpp"
#include "search_phrase.hpp"

namespace searchkit {

// --- for the snapshot -----------------------------------------------------------

namespace {

// Terms from which on a table finds one faster than looking at all.
constexpr size_t kManyTerms = 16;

}  // namespace

Query::Query(const Snapshot& snapshot, const Plan& plan,
             const std::vector<ProximityPair>& proximity, size_t most_expansions,
             Stop& stop)
    : snapshot_(snapshot), stop_(&stop), most_expansions_(most_expansions) {
  root_ = resolve(plan);
  for (const ProximityPair& pair : proximity) {
    if (pair.weight <= 0) continue;
    const uint32_t left = term(pair.field, pair.left);
    pairs_.push_back({left, term(pair.field, pair.right), pair.weight});
  }
  stop_ = nullptr;
}

float Query::slack() const {
  // Each rounding makes up to 2**-24; a bound and a score have some for each part.
  const auto parts = static_cast<float>(root_.scored + pairs_.size());
  return 1 + (parts + 8) * 1e-6f;
}

std::optional<Query::FewPostings> Query::few_postings(uint32_t leaf) const {
  if (root_.kind != PlanKind::kTerm || !pairs_.empty()) return std::nullopt;
  const QueryTerm& term = terms_[root_.terms[0]];
  const QueryTerm::Entry& entry = term.entries[leaf];
  if (entry.field != nullptr && entry.entry.document_frequency > kBlock) {
    return std::nullopt;
  }
  return FewPostings{entry.field, &entry.entry, term.statistics, root_.weight};
}

std::optional<Query::OnlyTerms> Query::only_terms(uint32_t leaf) const {
  if (!pairs_.empty()) return std::nullopt;
  const bool is_constant = root_.kind == PlanKind::kConstant;
  const QueryNode& asked = is_constant ? root_.children[0] : root_;
  const float score = is_constant ? root_.weight : 0;
  if (asked.kind == PlanKind::kTerms) {
    const std::vector<TermEntry>& entries = asked.entries[leaf];
    const Field* field = snapshot_.leaves()[leaf].segment->field(asked.field);
    return OnlyTerms{field, entries.data(), entries.size(), score};
  }
  if (asked.kind == PlanKind::kTerm && (is_constant || asked.weight == 0)) {
    const QueryTerm::Entry& entry = terms_[asked.terms[0]].entries[leaf];
    return OnlyTerms{entry.field, &entry.entry, entry.field != nullptr ? 1u : 0u,
                     score};
  }
  return std::nullopt;
}

// The number of a term that was looked up before.
std::optional<uint32_t> Query::known(const std::string& field,
                                     const std::string& text) {
  if (terms_.size() < kManyTerms) {
    for (uint32_t number = 0; number < terms_.size(); ++number) {
      const QueryTerm& term = terms_[number];
      if (*term.text == text && *term.field_name == field) return number;
    }
    return std::nullopt;
  }
  for (size_t number = numbers_.size(); number < terms_.size(); ++number) {
    const QueryTerm& term = terms_[number];
    numbers_.emplace(*term.field_name + '\0' + *term.text, number);
  }
  const auto at = numbers_.find(field + '\0' + text);
  if (at == numbers_.end()) return std::nullopt;
  return at->second;
}

uint32_t Query::term(const std::string& field, const std::string& text) {
  const auto number = known(field, text);
  if (number) return *number;
  stop_->check();
  QueryTerm found;
  found.field_name = &field;
  found.text = &text;
  found.statistics = &snapshot_.field(field);
  found.entries.reserve(snapshot_.leaves().size());
  for (const Leaf& leaf : snapshot_.leaves()) {
    QueryTerm::Entry entry;
    const Field* here = leaf.segment->field(field);
    if (here != nullptr) {
      const auto there = leaf.find(*here, text);
      if (there) {
        entry.field = here;
        entry.entry = *there;
        found.document_frequency += there->document_frequency;
      }
    }
    found.entries.push_back(entry);
  }
  terms_.push_back(std::move(found));
  return static_cast<uint32_t>(terms_.size() - 1);
}

QueryNode Query::resolve(const Plan& plan) {
  QueryNode node;
  node.kind = plan.kind;
  node.weight = plan.weight;
  node.slop = plan.slop;
  switch (plan.kind) {
    case PlanKind::kNone:
      break;
    case PlanKind::kAll:
      node.cost = snapshot_.documents();
      break;
    case PlanKind::kTerm:
    case PlanKind::kPhrase: {
      double idf = 0;
      node.cost = UINT64_MAX;
      for (const std::string& text : plan.terms) {
        const uint32_t number = term(plan.field, text);
        const QueryTerm& found = terms_[number];
        idf += snapshot_.idf(*found.statistics, found.document_frequency);
        node.cost = std::min(node.cost, found.document_frequency);
        node.terms.push_back(number);
      }
      node.weight = static_cast<float>(static_cast<double>(plan.weight) * idf);
      node.most = static_cast<double>(node.weight);
      node.scored = node.weight > 0;
      if (node.cost == 0) node.kind = PlanKind::kNone;
      break;
    }
    case PlanKind::kAnd:
    case PlanKind::kOr:
    case PlanKind::kNot:
    case PlanKind::kConstant:
      resolve_children(plan, node);
      break;
    case PlanKind::kBoost:  // simplified() leaves none
      break;
    case PlanKind::kBest:
      resolve_best(plan, node);
      break;
    case PlanKind::kTerms:
      resolve_terms(plan, node);
      break;
  }
  return node;
}

void Query::resolve_children(const Plan& plan, QueryNode& node) {
  for (const Plan& child : plan.children) {
    const bool excludes = plan.kind == PlanKind::kAnd && child.kind == PlanKind::kNot;
    if (excludes) {
      node.excluded.push_back(resolve(child.children[0]));
    } else {
      node.children.push_back(resolve(child));
      node.scored += node.children.back().scored;
    }
  }
  std::vector<QueryNode>& children = node.children;
  const auto is_none = [](const QueryNode& child) {
    return child.kind == PlanKind::kNone;
  };
  const auto cheaper = [](const QueryNode& left, const QueryNode& right) {
    return left.cost < right.cost;
  };
  const auto higher = [](const QueryNode& left, const QueryNode& right) {
    return left.most > right.most;
  };
  switch (plan.kind) {
    case PlanKind::kAnd:
      if (std::any_of(children.begin(), children.end(), is_none)) {
        node = QueryNode();
        return;
      }
      std::stable_sort(children.begin(), children.end(), cheaper);
      node.cost = children[0].cost;
      for (const QueryNode& child : children) node.most += child.most;
      break;
    case PlanKind::kOr:
      children.erase(std::remove_if(children.begin(), children.end(), is_none),
                     children.end());
      std::stable_sort(children.begin(), children.end(), higher);
      for (const QueryNode& child : children) {
        node.cost += child.cost;
        node.most += child.most;
      }
      node.cost = std::min(node.cost, snapshot_.documents());
      if (children.empty()) node = QueryNode();
      break;
    case PlanKind::kNot:
      node.cost = snapshot_.documents();
      node.scored = 0;
      break;
    default:  // kConstant
      node.cost = children[0].cost;
      node.most = static_cast<double>(node.weight);
      node.scored = node.weight > 0;
      if (is_none(children[0])) node = QueryNode();
      break;
  }
}

void Query::resolve_best(const Plan& plan, QueryNode& node) {
  if (plan.weight <= 0) {
    resolve_any_of(plan, node);
    return;
  }
  for (const PlanGroup& group : plan.groups) {
    QueryNode::Group found;
    // date_score: the coverage, and half of it again for the mentions.
    const double coverage = 1 / (1 - std::log(group.share));
    found.factor = static_cast<float>(static_cast<double>(plan.weight) * coverage / 2);
    for (const std::string& text : group.terms) {
      const uint32_t number = term(plan.field, text);
      if (terms_[number].document_frequency == 0) continue;
      if (std::count(found.terms.begin(), found.terms.end(), number) > 0) continue;
      found.terms.push_back(number);
      node.cost += terms_[number].document_frequency;
    }
    if (found.terms.empty()) continue;
    node.most = std::max(node.most, 2 * static_cast<double>(found.factor));
    node.groups.push_back(std::move(found));
  }
  node.cost = std::min(node.cost, snapshot_.documents());
  node.scored = node.most > 0;
  if (node.groups.empty()) node.kind = PlanKind::kNone;
}

// Groups that add nothing to a score: all that matters is which documents there are.
void Query::resolve_any_of(const Plan& plan, QueryNode& node) {
  std::vector<std::string_view> terms;
  for (const PlanGroup& group : plan.groups) {
    terms.insert(terms.end(), group.terms.begin(), group.terms.end());
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  node.field = plan.field;
  for (const Leaf& leaf : snapshot_.leaves()) {
    std::vector<TermEntry> entries;
    const Field* field = leaf.segment->field(plan.field);
    if (field != nullptr) {
      TermCursor cursor(*leaf.segment, *field);
      for (const std::string_view term : terms) {
        stop_->check();
        cursor.seek(term);
        if (!cursor.valid()) break;
        if (cursor.text() != term) continue;
        entries.push_back(cursor.entry());
        node.cost += cursor.entry().document_frequency;
      }
    }
    node.entries.push_back(std::move(entries));
  }
  node.kind = node.cost == 0 ? PlanKind::kNone : PlanKind::kTerms;
  node.cost = std::min(node.cost, snapshot_.documents());
}

void Query::resolve_terms(const Plan& plan, QueryNode& node) {
  has_patterns_ = true;
  Expansion found =
      expand(snapshot_, plan.field, plan.pattern, most_expansions_, *stop_);
  const TermsPattern& pattern = plan.pattern;
  if (found.cut) {
    std::string text = pattern.text;
    if (pattern.kind == TermsKind::kRange) {
      text = pattern.first.value_or("") + ".." + pattern.last.value_or("");
    } else if (pattern.kind == TermsKind::kFuzzy) {
      text += "~" + std::to_string(pattern.distance);
    }
    if (std::count(cut_patterns_.begin(), cut_patterns_.end(), text) == 0) {
      cut_patterns_.push_back(text);
    }
  }
  node.field = plan.field;
  for (const std::vector<TermEntry>& entries : found.entries) {
    for (const TermEntry& entry : entries) node.cost += entry.document_frequency;
  }
  node.entries = std::move(found.entries);
  if (node.cost == 0) node.kind = PlanKind::kNone;
  node.cost = std::min(node.cost, snapshot_.documents());
}

// --- for a segment --------------------------------------------------------------

namespace {

Place place_of(const Query& query, const Segment& segment, Scratch& scratch,
               Stop& stop) {
  return {segment,           scratch,
          stop,              segment.documents(),
          segment.windows(), segment.window_shift(),
          query.slack()};
}

template <class T>
T* copied(Arena& arena, const std::vector<T>& values) {
  T* copy = arena.array<T>(values.size());
  std::copy(values.begin(), values.end(), copy);
  return copy;
}

NodeList node_list(Arena& arena, const std::vector<Node*>& nodes) {
  return {copied(arena, nodes), static_cast<uint32_t>(nodes.size())};
}

}  // namespace

Tree::Tree(const Query& query, uint32_t leaf, Scratch& scratch, Stop& stop)
    : query_(query),
      leaf_(leaf),
      place_(place_of(query, *query.snapshot_.leaves()[leaf].segment, scratch, stop)),
      lists_(query.terms_.size(), nullptr),
      root_(place_.documents == 0 ? nullptr : build(query.root_)),
      proximity_(place_, pairs()) {}

DecodedList* Tree::list(uint32_t term) {
  if (lists_[term] != nullptr) return lists_[term];
  const QueryTerm& wanted = query_.terms_[term];
  const QueryTerm::Entry& entry = wanted.entries[leaf_];
  if (entry.field == nullptr) return nullptr;
  lists_[term] = place_.arena().make<DecodedList>(
      place_.segment, *entry.field, entry.entry, *wanted.statistics, place_.scratch,
      bool(entry.is_checked));
  entry.is_checked.set();
  return lists_[term];
}

std::vector<Proximity::Pair> Tree::pairs() {
  std::vector<Proximity::Pair> pairs;
  if (root_ == nullptr) return pairs;
  for (const Query::Pair& pair : query_.pairs_) {
    DecodedList* left = list(pair.left);
    DecodedList* right = list(pair.right);
    if (left != nullptr && right != nullptr) {
      pairs.push_back({left, right, pair.weight});
    }
  }
  return pairs;
}

Bitset Tree::empty_set() {
  uint64_t* words =
      place_.arena().zeros<uint64_t>(Bitset::words_for(place_.documents));
  return Bitset(words, place_.documents);
}

Node* Tree::set_node(Bitset set, float score) {
  return place_.arena().make<SetNode>(place_, set, score);
}

// All documents that a node matches.
Bitset Tree::marked(const QueryNode& node) {
  Node* built = build(node);
  if (built != nullptr && built->kind() == NodeKind::kSet) {
    return static_cast<SetNode*>(built)->set();
  }
  Bitset set = empty_set();
  if (built != nullptr) built->mark(set);
  return set;
}

Node* Tree::build(const QueryNode& node) {
  place_.stop.check();
  switch (node.kind) {
    case PlanKind::kTerm:
      return build_term(node);
    case PlanKind::kPhrase:
      return build_phrase(node);
    case PlanKind::kAnd:
      return build_and(node);
    case PlanKind::kOr:
      return build_or(node);
    case PlanKind::kBest:
      return build_best(node);
    case PlanKind::kTerms:
      return build_terms(node);
    case PlanKind::kConstant:
      return build_constant(node);
    case PlanKind::kAll: {
      Bitset set = empty_set();
      set.flip();
      return set_node(set, 0);
    }
    case PlanKind::kNot: {
      Bitset set = empty_set();
      set.add(marked(node.children[0]));
      set.flip();
      return set_node(set, 0);
    }
    case PlanKind::kBoost:
    case PlanKind::kNone:
      break;
  }
  return nullptr;
}

Node* Tree::build_term(const QueryNode& node) {
  DecodedList* found = list(node.terms[0]);
  if (found == nullptr) return nullptr;
  return place_.arena().make<TermNode>(place_, *found, node.weight);
}

Node* Tree::build_phrase(const QueryNode& node) {
  std::vector<uint32_t> distinct, words;
  std::vector<DecodedList*> found;
  for (const uint32_t term : node.terms) {
    const auto at = std::find(distinct.begin(), distinct.end(), term);
    words.push_back(static_cast<uint32_t>(at - distinct.begin()));
    if (at != distinct.end()) continue;
    found.push_back(list(term));
    if (found.back() == nullptr) return nullptr;
    distinct.push_back(term);
  }
  Arena& arena = place_.arena();
  const auto list_count = static_cast<uint32_t>(found.size());
  const auto word_count = static_cast<uint32_t>(words.size());
  return arena.make<PhraseNode>(place_, copied(arena, found), list_count,
                                copied(arena, words), word_count, node.weight,
                                node.slop);
}

Node* Tree::build_and(const QueryNode& node) {
  std::vector<Node*> required, excluded;
  for (const QueryNode& child : node.children) {
    required.push_back(build(child));
    if (required.back() == nullptr) return nullptr;
  }
  for (const QueryNode& child : node.excluded) {
    Node* built = build(child);
    if (built != nullptr) excluded.push_back(built);
  }
  if (required.size() == 1 && excluded.empty()) return required[0];
  Arena& arena = place_.arena();
  return arena.make<AndNode>(place_, node_list(arena, required),
                             node_list(arena, excluded));
}

Node* Tree::build_or(const QueryNode& node) {
  if (node.most <= 0) {
    Bitset set = empty_set();
    for (const QueryNode& child : node.children) {
      Node* built = build(child);
      if (built != nullptr) built->mark(set);
    }
    return set_node(set, 0);
  }
  std::vector<Node*> nodes;
  for (const QueryNode& child : node.children) {
    Node* built = build(child);
    if (built != nullptr) nodes.push_back(built);
  }
  if (nodes.empty()) return nullptr;
  if (nodes.size() == 1) return nodes[0];
  return place_.arena().make<OrNode>(place_, node_list(place_.arena(), nodes));
}

Node* Tree::build_best(const QueryNode& node) {
  Arena& arena = place_.arena();
  std::vector<BestGroup> groups;
  for (const QueryNode::Group& group : node.groups) {
    std::vector<DecodedList*> lists;
    for (const uint32_t term : group.terms) {
      DecodedList* found = list(term);
      if (found != nullptr) lists.push_back(found);
    }
    if (lists.empty()) continue;
    groups.push_back(
        {group.factor, copied(arena, lists), static_cast<uint32_t>(lists.size())});
  }
  if (groups.empty()) return nullptr;
  return arena.make<BestNode>(place_, copied(arena, groups),
                              static_cast<uint32_t>(groups.size()));
}

Node* Tree::build_terms(const QueryNode& node) {
  const std::vector<TermEntry>& entries = node.entries[leaf_];
  if (entries.empty()) return nullptr;
  const Field& field = *place_.segment.field(node.field);
  Bitset set = empty_set();
  uint32_t documents[kBlock];
  for (const TermEntry& entry : entries) {
    place_.stop.check();
    const PostingList postings(place_.segment, field, entry);
    for (uint32_t block = 0; block < postings.blocks(); ++block) {
      postings.documents(block, documents);
      const uint32_t size = postings.block_size(block);
      for (uint32_t i = 0; i < size; ++i) set.set(documents[i]);
    }
  }
  return set_node(set, 0);
}

Node* Tree::build_constant(const QueryNode& node) {
  const QueryNode& child = node.children[0];
  if (child.kind == PlanKind::kTerm) {
    DecodedList* found = list(child.terms[0]);
    if (found == nullptr) return nullptr;
    return place_.arena().make<TermNode>(
        TermNode::constant(place_, *found, node.weight));
  }
  return set_node(marked(child), node.weight);
}

}  // namespace searchkit
