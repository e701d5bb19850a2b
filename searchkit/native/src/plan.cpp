#include "plan.hpp"

#include <stdexcept>
#include <utility>

namespace searchkit {

namespace {

Plan leaf(PlanKind kind) {
  Plan plan;
  plan.kind = kind;
  return plan;
}

Plan simplify(Plan plan, float factor);

float product(float weight, float factor) {
  const float both = weight * factor;
  if (!(both <= kMostWeight)) throw std::invalid_argument("a weight is too large");
  return both;
}

// Simplifies the children of an And or Or; those of its own kind give way to theirs.
std::vector<Plan> joined(std::vector<Plan> children, PlanKind kind, float factor) {
  std::vector<Plan> all;
  for (Plan& child : children) {
    Plan simple = simplify(std::move(child), factor);
    if (simple.kind == kind) {
      for (Plan& inner : simple.children) all.push_back(std::move(inner));
    } else {
      all.push_back(std::move(simple));
    }
  }
  return all;
}

Plan simplify_and(Plan plan, float factor) {
  std::vector<Plan> kept;
  for (Plan& child : joined(std::move(plan.children), PlanKind::kAnd, factor)) {
    if (child.kind == PlanKind::kNone) return leaf(PlanKind::kNone);
    if (child.kind != PlanKind::kAll) kept.push_back(std::move(child));
  }
  if (kept.empty()) return leaf(PlanKind::kAll);
  if (kept.size() == 1) return std::move(kept[0]);
  bool positive = false;
  for (const Plan& child : kept) positive |= child.kind != PlanKind::kNot;
  if (!positive) {
    // Without any of several: as without all of them at once.
    Plan either = leaf(PlanKind::kOr);
    for (Plan& child : kept) either.children.push_back(std::move(child.children[0]));
    Plan rest = leaf(PlanKind::kNot);
    rest.children.push_back(std::move(either));
    return rest;
  }
  plan.children = std::move(kept);
  return plan;
}

Plan simplify_or(Plan plan, float factor) {
  std::vector<Plan> kept;
  for (Plan& child : joined(std::move(plan.children), PlanKind::kOr, factor)) {
    if (child.kind != PlanKind::kNone) kept.push_back(std::move(child));
  }
  if (kept.empty()) return leaf(PlanKind::kNone);
  if (kept.size() == 1) return std::move(kept[0]);
  plan.children = std::move(kept);
  return plan;
}

Plan simplify_not(Plan plan) {
  Plan child = simplify(std::move(plan.children[0]), 1);
  if (child.kind == PlanKind::kNone) return leaf(PlanKind::kAll);
  if (child.kind == PlanKind::kAll) return leaf(PlanKind::kNone);
  plan.children.clear();
  plan.children.push_back(std::move(child));
  return plan;
}

Plan simplify_constant(Plan plan, float factor) {
  Plan child = simplify(std::move(plan.children[0]), 1);
  if (child.kind == PlanKind::kNone) return child;
  plan.weight = product(plan.weight, factor);
  if (child.kind == PlanKind::kConstant) {
    child.weight = plan.weight;
    return child;
  }
  plan.children.clear();
  plan.children.push_back(std::move(child));
  return plan;
}

Plan simplify(Plan plan, float factor) {
  switch (plan.kind) {
    case PlanKind::kNone:
    case PlanKind::kAll:
    case PlanKind::kTerms:
      return plan;
    case PlanKind::kTerm:
    case PlanKind::kBest:
      plan.weight = product(plan.weight, factor);
      return plan;
    case PlanKind::kPhrase:
      plan.weight = product(plan.weight, factor);
      if (plan.terms.empty()) return leaf(PlanKind::kNone);
      if (plan.terms.size() == 1) plan.kind = PlanKind::kTerm;
      return plan;
    case PlanKind::kAnd:
      return simplify_and(std::move(plan), factor);
    case PlanKind::kOr:
      return simplify_or(std::move(plan), factor);
    case PlanKind::kNot:
      return simplify_not(std::move(plan));
    case PlanKind::kConstant:
      return simplify_constant(std::move(plan), factor);
    case PlanKind::kBoost:
      return simplify(std::move(plan.children[0]), product(plan.weight, factor));
  }
  return plan;
}

}  // namespace

Plan simplified(Plan plan) { return simplify(std::move(plan), 1); }

}  // namespace searchkit
