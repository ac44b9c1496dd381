"""컨설팅·사후관리 consultations: the sessions of a case, its result, and looking after it."""
