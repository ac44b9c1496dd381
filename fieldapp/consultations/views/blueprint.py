from flask import Blueprint

consultations = Blueprint("consultations", __name__)
